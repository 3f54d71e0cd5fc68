"""A small web application for tests of probes: `python sample_app.py PORT [HOST:PORT of its dependency]`."""

from __future__ import annotations

import json
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DEPENDENCY = sys.argv[2] if len(sys.argv) > 2 else ""
PAGE = b"<!doctype html><title>Shop</title><p>Hello"
ARMOUR = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Shop(BaseHTTPRequestHandler):
    """Answers that are good, slow, broken, endless, or lead elsewhere."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Shop", ""
    wbufsize = 65536

    def do_GET(self) -> None:
        """One answer."""
        path, _, query = self.path.partition("?")
        answer = getattr(self, "at_" + path.strip("/").replace("/", "_").replace("-", "_"), None)
        if answer is None:
            self.tell(404, b"not found")
        else:
            answer(query)

    def tell(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """An answer with its length."""
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def at_health(self, _: str) -> None:
        self.tell(200, b'{"status": "ok", "checks": {"database": "up"}}', {"X-Content-Type-Options": "nosniff"})

    def at_ready(self, query: str) -> None:
        alive = reachable(DEPENDENCY) and "dead" not in query
        self.tell(200 if alive else 503, json.dumps({"status": "ok" if alive else "degraded"}).encode())

    def at_always_ready(self, _: str) -> None:
        self.tell(200, b'{"status": "ok"}')

    def at_broken(self, _: str) -> None:
        self.tell(500, b"connection to postgresql://app:s3cr3t-p4ssw0rd@db/shop failed")

    def at_slow(self, _: str) -> None:
        time.sleep(0.06)
        self.tell(200, b"{}")

    def at_hang(self, _: str) -> None:
        time.sleep(20)

    def at_drip(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        for _each in range(200):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.1)

    def at_page(self, _: str) -> None:
        self.tell(200, PAGE, {"Content-Type": "text/html", **ARMOUR})

    at_ = at_page

    def at_bare(self, _: str) -> None:
        cookie = "session=abcdef0123456789; Path=/"
        self.tell(200, PAGE, {"Content-Type": "text/html", "Set-Cookie": cookie, "X-Powered-By": "X/1.2"})

    def at_here(self, _: str) -> None:
        self.tell(302, b"", {"Location": "/health"})

    def at_away(self, _: str) -> None:
        self.tell(302, b"", {"Location": "http://other.example.org/health?token=abc"})

    def at_encrypted(self, _: str) -> None:
        self.tell(301, b"", {"Location": "https://shop.example.org/"})

    def at_around(self, _: str) -> None:
        self.tell(302, b"", {"Location": "/around"})

    def at_private(self, _: str) -> None:
        known = self.headers.get("Authorization") == "Bearer s3cr3t-p4ssw0rd"
        self.tell(200 if known else 401, json.dumps({"you": self.headers.get("Authorization")}).encode())

    def log_message(self, *_: object) -> None:
        """Nothing is told on the console."""


def reachable(place: str) -> bool:
    if not place:
        return True
    host, _, port = place.partition(":")
    try:
        socket.create_connection((host, int(port)), 1).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Shop).serve_forever()
