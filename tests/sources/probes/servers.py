"""Real servers for tests, each started once for a session and ended after it; a test whose server is not here is skipped."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

APP, SHOP = (Path(__file__).with_name(name) for name in ("sample_app.py", "shop_app.py"))
PASSWORD = "pl4nted-p4ssw0rd"  # noqa: S105 - planted, to see that it is shown nowhere
_POSTGRES = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def folder(owner: str | None = None) -> Iterator[Path]:
    """A folder outside of pytest's, whose path is short enough for sockets and which another user may enter."""
    place = Path(tempfile.mkdtemp(prefix="rk-"))
    try:
        if owner is not None:
            shutil.chown(place, owner)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def process(words: list[str], up: Callable[[], bool], env: Mapping[str, str] | None = None) -> Iterator[None]:
    """A process that runs until the end of the block, from when it is up."""
    started = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 40
        while not up():
            if started.poll() is not None or time.monotonic() > end:
                pytest.skip(f"{words[0]} does not start here")
            time.sleep(0.05)
        yield
    finally:
        started.terminate()
        with suppress(subprocess.TimeoutExpired):
            started.wait(10)
        if started.poll() is None:
            started.kill()
            started.wait()


def listens(port: int) -> Callable[[], bool]:
    """Whether somebody accepts connections on a port."""

    def look() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
        except OSError:
            return False
        return True

    return look


@contextmanager
def sample_app(depends_on: str = "") -> Iterator[str]:
    """The address of the sample application."""
    port = free_port()
    with process([sys.executable, str(APP), str(port), depends_on], listens(port)):
        yield f"http://127.0.0.1:{port}"


SIGNING_KEY = "0123456789abcdef0123456789abcdef"
_SHOP = {
    "NODE_ENV": "production", "LOG_LEVEL": "warn", "JWT_SECRET": SIGNING_KEY, "CORS_ORIGINS": "https://shop.example.org",
    "PAYMENTS_API_URL": "https://pay.example.org", "PAYMENTS_API_KEY": "none", "PAYMENTS_WEBHOOK_SECRET": SIGNING_KEY,
    "SMTP_HOST": "mail.example.org", "SMTP_PORT": "587", "SMTP_USER": "none", "SMTP_PASSWORD": "none",
    "MAIL_FROM": "shop@example.org", "CARRIER_API_URL": "https://carrier.example.org", "CARRIER_API_KEY": "none",
}  # fmt: skip


@contextmanager
def shop(service: str, database: str, cache: str) -> Iterator[str]:
    """The address of a service of the poor shop ("api", "web" or "worker") over these stores.

    Its own code runs where SAMPLE_SHOP names a copy with what it needs installed; what answers as it does, elsewhere.
    """
    port = free_port()
    own = _own_code(service, port)
    if own is None:
        stores = [f"{u.hostname}:{u.port}" for u in map(urlsplit, (database, cache))]
        with process([sys.executable, str(SHOP), str(port), service, *stores], listens(port)):
            yield f"http://127.0.0.1:{port}"
        return
    env = {**_SHOP, "PATH": os.environ["PATH"], "PORT": str(port), "DATABASE_URL": database, "REDIS_URL": cache}
    with process(["env", "-C", *own], listens(port), env):
        yield f"http://127.0.0.1:{port}"


def _own_code(service: str, port: int) -> list[str] | None:
    """The folder and the words that start the shop's own code; None where it is not here."""
    folder = Path(os.environ.get("SAMPLE_SHOP", "/nowhere")) / service
    made = {
        "api": ("out/index.js", ["node", "out/index.js"]),
        "web": ("node_modules/vite/bin/vite.js", ["node", "node_modules/vite/bin/vite.js", "--host", "127.0.0.1", "--port", str(port)]),
        "worker": (".venv/bin/uvicorn", [".venv/bin/uvicorn", "shop_worker.ops:app", "--port", str(port)]),
    }  # fmt: skip
    needed, words = made[service]
    return [str(folder), *words] if (folder / needed).exists() else None


@contextmanager
def redis(*settings: str, password: str = "") -> Iterator[str]:
    """The URL of a Redis that keeps nothing, but for what the settings say."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    own = ["--requirepass", password] if password else []
    with folder() as place:
        words = [
            program,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(place),
            "--save",
            "",
            *own,
            *settings,
        ]
        with process(words, listens(port)):
            yield f"redis://:{password}@127.0.0.1:{port}/0" if password else f"redis://127.0.0.1:{port}/0"


@contextmanager
def postgres(*settings: str) -> Iterator[str]:
    """The DSN of a superuser of a new PostgreSQL cluster that wants passwords."""
    bin_ = _postgres_bin()
    if bin_ is None:
        pytest.skip("PostgreSQL is not installed")
    root = os.geteuid() == 0
    if root and not _user("postgres"):
        pytest.skip("PostgreSQL does not run as root, and there is no user for it")
    as_user = ["runuser", "-u", "postgres", "--"] if root else []
    port = free_port()
    with folder("postgres" if root else None) as place:
        (place / "password").write_text(PASSWORD)
        (place / "password").chmod(0o644)
        data = place / "data"
        made = [
            str(bin_ / "initdb"),
            "-D",
            str(data),
            "-U",
            "admin",
            "-A",
            "scram-sha-256",
            "--no-sync",
            f"--pwfile={place}/password",
        ]
        subprocess.run([*as_user, *made], check=True, capture_output=True, cwd="/")
        quick = ["-c", "fsync=off", "-c", f"unix_socket_directories={place}", "-c", "listen_addresses=127.0.0.1"]
        words = [*as_user, str(bin_ / "postgres"), "-D", str(data), "-p", str(port), *quick, *settings]
        dsn = f"postgresql://admin:{PASSWORD}@127.0.0.1:{port}/postgres"
        with process(words, lambda: _connects(dsn)):
            yield dsn


def _connects(dsn: str) -> bool:
    import psycopg

    try:
        psycopg.connect(dsn, connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


def _postgres_bin() -> Path | None:
    named = shutil.which("initdb")
    found = [Path(named).resolve().parent] if named else []
    for pattern in _POSTGRES:
        found += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    return next((p for p in found if (p / "postgres").exists()), None)


def _user(name: str) -> bool:
    import pwd

    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return shutil.which("runuser") is not None


@dataclass(frozen=True)
class Certificates:
    """Files of a certificate authority, and of certificates that it has signed, each with its key, by name."""

    folder: Path

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @classmethod
    def made(cls, place: Path) -> Certificates:
        """Valid for a year, for five days, until yesterday; and one that signed itself."""
        authority = _key()
        _write(place, "ca", _signed("Test CA", authority, "Test CA", authority, -10, 3650, ca=True), authority)
        for name, first, last in (("valid", -10, 365), ("near", -80, 5), ("expired", -90, -1)):
            key = _key()
            _write(place, name, _signed("localhost", key, "Test CA", authority, first, last), key)
        own = _key()
        _write(place, "own", _signed("localhost", own, "localhost", own, -1, 365), own)
        return cls(place)


def _key() -> object:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _signed(name: str, key: object, issuer: str, by: object, first: int, last: int, *, ca: bool = False) -> object:
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())  # type: ignore[attr-defined]
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=first))
        .not_valid_after(now + timedelta(days=last, hours=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(by, hashes.SHA256())  # type: ignore[arg-type]
    )


def _write(place: Path, name: str, certificate: object, key: object) -> None:
    from cryptography.hazmat.primitives import serialization as s

    (place / f"{name}.pem").write_bytes(certificate.public_bytes(s.Encoding.PEM))  # type: ignore[attr-defined]
    private = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())  # type: ignore[attr-defined]
    (place / f"{name}.key").write_bytes(private)


@dataclass(frozen=True)
class Nginx:
    """Ports of an nginx: one per certificate, one that takes old versions of TLS, one plain that redirects."""

    ports: Mapping[str, int]
    ca: Path


@contextmanager
def nginx(upstream: str) -> Iterator[Nginx]:
    """An nginx with TLS in front of an application."""
    program = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None)
    if program is None:
        pytest.skip("nginx is not installed")
    names = ("valid", "near", "expired", "own", "old", "plain")
    ports = {name: free_port() for name in names}
    with folder() as place:
        place.chmod(0o755)
        certificates = Certificates.made(place)
        servers = [_tls_server(place, ports[name], name, upstream) for name in names[:4]]
        old = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers 'ALL:@SECLEVEL=0';"
        servers.append(_tls_server(place, ports["old"], "valid", upstream, old))
        servers.append(
            f"server {{ listen 127.0.0.1:{ports['plain']}; return 301 https://localhost:{ports['valid']}/; }}"
        )
        (place / "nginx.conf").write_text(_NGINX.format(place=place, servers="\n".join(servers)))
        words = [program, "-c", str(place / "nginx.conf"), "-p", str(place), "-g", "daemon off;"]
        with process(words, lambda: all(listens(port)() for port in ports.values())):
            yield Nginx(ports, certificates.ca)


_NGINX = """
pid {place}/pid; error_log {place}/error.log; worker_processes 1;
events {{ worker_connections 128; }}
http {{
  access_log off; server_tokens off;
  client_body_temp_path {place}/b; proxy_temp_path {place}/p; fastcgi_temp_path {place}/f;
  uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
  {servers}
}}
"""


def _tls_server(place: Path, port: int, name: str, upstream: str, more: str = "ssl_protocols TLSv1.2 TLSv1.3;") -> str:
    return (
        f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {place}/{name}.pem; "
        f"ssl_certificate_key {place}/{name}.key; {more} "
        "add_header Strict-Transport-Security 'max-age=31536000' always; "
        f"location / {{ proxy_pass {upstream}; }} }}"
    )


@contextmanager
def s3() -> Iterator[str]:
    """The address of an S3 server that keeps its buckets in memory."""
    pytest.importorskip("moto.server", reason="moto's server is not installed")
    port = free_port()
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with process(words, listens(port)):
        yield f"http://127.0.0.1:{port}"
