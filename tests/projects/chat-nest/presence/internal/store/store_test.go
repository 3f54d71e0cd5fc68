package store

import "testing"

func TestOpenRefusesNothing(t *testing.T) {
	if _, err := Open("postgres://localhost/none"); err != nil {
		t.Fatal(err)
	}
}
