module git.vereinschat.de/chat/presence

go 1.23

require (
	github.com/lib/pq v1.10.9
	github.com/prometheus/client_golang v1.20.5
)
