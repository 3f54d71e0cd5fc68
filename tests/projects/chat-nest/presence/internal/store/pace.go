package store

import "golang.org/x/time/rate"

// pace holds the cleaning of stale rows back, so that it leaves the database time for others.
var pace = rate.NewLimiter(rate.Limit(20), 5)
