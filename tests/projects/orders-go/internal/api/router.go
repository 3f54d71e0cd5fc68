// Package api serves orders over HTTP.
package api

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/haldane-supply/orders/internal/store"
)

// Router mounts the probes on their own and everything else behind a token.
func Router(s *store.Store, tokenKey string) http.Handler {
	r := chi.NewRouter()
	r.Use(middleware.RequestID, middleware.Recoverer)
	r.Use(middleware.Timeout(15 * time.Second))

	r.Route("/internal", func(r chi.Router) {
		r.Get("/live", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		r.Get("/ready", ready(s))
	})
	r.Handle("/metrics", promhttp.Handler())

	r.Route("/v1", func(r chi.Router) {
		r.Use(authenticate(tokenKey))
		r.Use(middleware.Throttle(200))
		r.Get("/orders", listOrders(s))
		r.Post("/orders", createOrder(s))
		r.Delete("/orders/{id}", cancelOrder(s))
	})
	return r
}

func ready(s *store.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.Ping(r.Context()); err != nil {
			http.Error(w, "database", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func listOrders(s *store.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		orders, err := s.Orders(r.Context(), r.URL.Query().Get("after"), 50)
		respond(w, http.StatusOK, orders, err)
	}
}

func createOrder(s *store.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var order store.NewOrder
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&order); err != nil {
			http.Error(w, "invalid order", http.StatusBadRequest)
			return
		}
		id, err := s.Create(r.Context(), r.Header.Get("Idempotency-Key"), order)
		respond(w, http.StatusCreated, map[string]string{"id": id}, err)
	}
}

func cancelOrder(s *store.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		respond(w, http.StatusNoContent, nil, s.Cancel(r.Context(), chi.URLParam(r, "id")))
	}
}

func respond(w http.ResponseWriter, status int, body any, err error) {
	if err != nil {
		http.Error(w, "unavailable", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if body != nil {
		_ = json.NewEncoder(w).Encode(body)
	}
}
