package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// authenticate lets through requests whose bearer token was signed with the key: "<customer>.<base64 of the HMAC>".
func authenticate(key string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			customer, given, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), ".")
			mac := hmac.New(sha256.New, []byte(key))
			mac.Write([]byte(customer))
			sum, err := base64.RawURLEncoding.DecodeString(given)
			if err != nil || !hmac.Equal(sum, mac.Sum(nil)) {
				http.Error(w, "unauthorized", http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
