// Package store keeps who was seen when.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"

	_ "github.com/lib/pq"
)

// Store is the table of who was seen.
type Store struct{ db *sql.DB }

// Open connects to the database.
func Open(url string) (*Store, error) {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return nil, err
	}
	return &Store{db: db}, nil
}

// Online names the users that a room has seen in the last minute.
func (s *Store) Online(ctx context.Context, room string) ([]int64, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT user_id FROM seen WHERE room_id = $1 AND at > now() - interval '1 minute' LIMIT 1000", room)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		found = append(found, id)
	}
	return found, rows.Err()
}

// Forget removes a user.
func (s *Store) Forget(ctx context.Context, user string) error {
	_, err := s.db.ExecContext(ctx, fmt.Sprintf("DELETE FROM seen WHERE user_id = '%s'", user))
	return err
}

// Count says how many are online.
func (s *Store) Count() (int, error) {
	var count int
	err := s.db.QueryRow("SELECT count(DISTINCT user_id) FROM seen WHERE at > now() - interval '1 minute'").Scan(&count)
	return count, err
}

// Mirror asks another region who is online there.
func Mirror(url string) (*http.Response, error) {
	return http.Get(url + "/online")
}
