"""The poor shop's services as their own code answers: `python shop_app.py PORT api|web|worker [HOST:PORT ...]`.

The shop is written for Node and for packages of a registry, which a test cannot ask for. What is answered here was
held against the shop's own code where it runs: the API says that it is ready whatever its database does, the worker
asks the stores that are named behind its own name, the development server shows its page at every path.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME, STORES = sys.argv[2], sys.argv[3:]
SIGNING_KEY = b"0123456789abcdef0123456789abcdef"
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"}
JSON_TYPE = {"Content-Type": "application/json" if NAME == "worker" else "application/json; charset=utf-8"}
ERROR_PAGE = '<!DOCTYPE html>\n<html lang="en">\n<head>\n<title>Error</title>\n</head>\n<body>\n<pre>{}</pre>\n</body>\n</html>\n'
PAGE = b'<!doctype html>\n<html lang="en">\n  <head>\n    <script type="module" src="/@vite/client"></script>\n  </head>\n</html>\n'
METRICS = b"# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 0.2\n"
_CANCEL = re.compile(r"/api/v1/orders/[^/]+/cancel")
_GUARDED = re.compile(r"/api/v1/orders(?:/.*)?")


class Service(BaseHTTPRequestHandler):
    """One of the services."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def do_GET(self) -> None:
        """An answer to a reading request."""
        {"api": self.api, "web": self.web, "worker": self.worker}[NAME](self.path.partition("?")[0])

    def do_POST(self) -> None:
        """An answer to a request that would change something; nothing is kept."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def api(self, path: str) -> None:
        if path in ("/health", "/ready"):
            self.tell(200, {"status": "ok" if path == "/health" else "ready"}, CORS)
        elif path == "/metrics":
            self.send(200, METRICS, {**CORS, "Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
        elif _GUARDED.fullmatch(path) and not signed(self.headers.get("Authorization") or ""):
            shown = {**CORS, "Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}
            self.send(
                401, ERROR_PAGE.format("Unauthorized").encode(), {**shown, "Content-Type": "text/html; charset=utf-8"}
            )
        elif self.command == "POST" and _CANCEL.fullmatch(path):
            self.tell(501, {"error": "not implemented"}, CORS)
        else:
            self.tell(404, {"error": "not found"}, CORS)

    def web(self, _: str) -> None:
        self.send(200, PAGE, {"Content-Type": "text/html", "Vary": "Origin", "Cache-Control": "no-cache"})

    def worker(self, path: str) -> None:
        if path == "/health":
            self.tell(200, {"status": "ok"})
        elif path == "/ready":
            alive = all(map(reachable, STORES))
            self.tell(200 if alive else 503, {"status": "ready" if alive else "unavailable"})
        elif path == "/metrics":
            self.send(200, METRICS, {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
        else:
            self.tell(404, {"detail": "Not Found"})

    def tell(self, status: int, said: dict[str, str], headers: dict[str, str] | None = None) -> None:
        """An answer in JSON."""
        self.send(status, json.dumps(said, separators=(",", ":")).encode(), {**JSON_TYPE, **(headers or {})})

    def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """An answer with its length; what runs it is told by the worker alone."""
        self.send_response_only(status)
        for name, value in {**headers, **({"Server": "uvicorn"} if NAME == "worker" else {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Nothing is told on the console."""


def signed(authorization: str) -> bool:
    """Whether a header holds a token that the shop has signed."""
    head, _, signature = authorization.removeprefix("Bearer ").rpartition(".")
    expected = base64.urlsafe_b64encode(hmac.digest(SIGNING_KEY, head.encode(), hashlib.sha256)).rstrip(b"=")
    return bool(head) and hmac.compare_digest(signature.encode(), expected)


def reachable(place: str) -> bool:
    """Whether somebody accepts connections there."""
    host, _, port = place.partition(":")
    try:
        socket.create_connection((host, int(port)), 1).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Service).serve_forever()
