package main

import (
	"encoding/json"
	"log/slog"
	"math/rand"
	"net/http"
	_ "net/http/pprof"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"git.vereinschat.de/chat/presence/internal/store"
)

var online = promauto.NewGauge(prometheus.GaugeOpts{Name: "presence_online_users", Help: "Users that were seen in the last minute."})

func main() {
	people, err := store.Open(os.Getenv("DATABASE_URL"))
	if err != nil {
		slog.Error("no database", "error", err)
		os.Exit(1)
	}
	go tell(people)
	http.Handle("/metrics", promhttp.Handler())
	http.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) })
	http.HandleFunc("GET /ready", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) })
	http.HandleFunc("GET /online/{room}", func(w http.ResponseWriter, r *http.Request) {
		found, err := people.Online(r.Context(), r.PathValue("room"))
		if err != nil {
			http.Error(w, "later", http.StatusServiceUnavailable)
			return
		}
		_ = json.NewEncoder(w).Encode(found)
	})
	http.HandleFunc("POST /kick/{user}", func(w http.ResponseWriter, r *http.Request) {
		if err := people.Forget(r.Context(), r.PathValue("user")); err != nil {
			http.Error(w, "later", http.StatusServiceUnavailable)
		}
	})
	slog.Error("ended", "error", http.ListenAndServe(":8090", nil))
}

// tell counts who is online, a little earlier or later on each pod.
func tell(people *store.Store) {
	for {
		time.Sleep(time.Minute + time.Duration(rand.Intn(5000))*time.Millisecond)
		if count, err := people.Count(); err == nil {
			online.Set(float64(count))
		}
	}
}
