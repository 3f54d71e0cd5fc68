// Command settler tells the warehouse about orders that are ready; a CronJob runs it.
package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/haldane-supply/orders/internal/config"
)

func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	c, err := config.Load()
	if err != nil {
		slog.Error("settings", "error", err)
		os.Exit(1)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.WarehouseURL+"/settlements", nil)
	if err != nil {
		slog.Error("request", "error", err)
		os.Exit(1)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.StatusCode >= http.StatusBadRequest {
		slog.Error("warehouse", "error", err)
		os.Exit(1)
	}
	slog.Info("settled")
}
