// Package config reads the environment once, at start.
package config

import (
	"time"

	"github.com/caarlos0/env/v11"
)

// Config is everything that the two binaries take from outside.
type Config struct {
	Addr            string        `env:"ADDR" envDefault:":8080"`
	DatabaseURL     string        `env:"DATABASE_URL,required"`
	RedisAddr       string        `env:"REDIS_ADDR,required"`
	TokenKey        string        `env:"TOKEN_KEY,required"`
	WarehouseURL    string        `env:"WAREHOUSE_URL,required"`
	ShutdownTimeout time.Duration `env:"SHUTDOWN_TIMEOUT" envDefault:"20s"`
}

// Load fails where a required variable is missing.
func Load() (Config, error) {
	var c Config
	return c, env.Parse(&c)
}
