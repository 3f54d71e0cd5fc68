// Package store keeps orders in PostgreSQL.
package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Store is safe for concurrent use.
type Store struct{ pool *pgxpool.Pool }

// NewOrder is what a customer sends.
type NewOrder struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// Order is what a customer sees.
type Order struct {
	ID, SKU, State string
	Quantity       int
}

// Open connects; the pool holds ten connections at most.
func Open(ctx context.Context, url string) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	config.MaxConns = 10
	pool, err := pgxpool.NewWithConfig(ctx, config)
	return &Store{pool}, err
}

// Close waits for the connections in use.
func (s *Store) Close() { s.pool.Close() }

// Ping asks the database.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

// Orders lists at most `limit` orders after the one given.
func (s *Store) Orders(ctx context.Context, after string, limit int) ([]Order, error) {
	rows, err := s.pool.Query(ctx,
		`SELECT id, sku, state, quantity FROM orders WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var orders []Order
	for rows.Next() {
		var o Order
		if err := rows.Scan(&o.ID, &o.SKU, &o.State, &o.Quantity); err != nil {
			return nil, err
		}
		orders = append(orders, o)
	}
	return orders, rows.Err()
}

// Create is idempotent: the same key gives the same order.
func (s *Store) Create(ctx context.Context, key string, o NewOrder) (id string, err error) {
	err = s.pool.QueryRow(ctx,
		`INSERT INTO orders (request_key, sku, quantity) VALUES ($1, $2, $3)
		 ON CONFLICT (request_key) DO UPDATE SET request_key = EXCLUDED.request_key RETURNING id`,
		key, o.SKU, o.Quantity).Scan(&id)
	return id, err
}

// Cancel marks an order that has not been shipped.
func (s *Store) Cancel(ctx context.Context, id string) error {
	_, err := s.pool.Exec(ctx, `UPDATE orders SET state = 'cancelled' WHERE id = $1 AND state = 'open'`, id)
	return err
}
