package api

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRequestsWithoutATokenAreTurnedAway(t *testing.T) {
	called := false
	handler := authenticate("k")(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	answer := httptest.NewRecorder()

	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/v1/orders", nil))

	if called || answer.Code != http.StatusUnauthorized {
		t.Fatalf("got %d", answer.Code)
	}
}
