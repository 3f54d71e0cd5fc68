package store

import (
	"context"
	"os"
	"testing"
)

func TestTheSameKeyGivesTheSameOrder(t *testing.T) {
	url := os.Getenv("TEST_DATABASE_URL")
	if url == "" {
		t.Fatal("TEST_DATABASE_URL is not set")
	}
	s, err := Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	first, _ := s.Create(context.Background(), "k-1", NewOrder{"A-1", 2})
	second, _ := s.Create(context.Background(), "k-1", NewOrder{"A-1", 2})

	if first != second {
		t.Fatalf("%s != %s", first, second)
	}
}
