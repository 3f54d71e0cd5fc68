"""TLS endpoints: the version and cipher that are agreed, outdated versions that are accepted, the certificate."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from kit.sources.probes.model import Certificate, TlsProbe
from kit.sources.probes.targets import TlsTarget

SECONDS = 5.0
_OLD = {"TLSv1": ssl.TLSVersion.TLSv1, "TLSv1.1": ssl.TLSVersion.TLSv1_1}


def probe(target: TlsTarget, resolve: Callable[[str], Path]) -> TlsProbe:
    """What the endpoint offers; handshakes only, nothing is sent over them."""
    endpoint = (target.host, target.port, target.min_days)
    try:
        version, cipher, raw = _handshake(target, _trusting())
    except (OSError, ValueError) as error:
        return TlsProbe(*endpoint, error=why(error))
    return TlsProbe(
        *endpoint,
        version=version,
        cipher=cipher,
        old=tuple(name for name, old in _OLD.items() if _accepts(target, old)),
        untrusted=_untrusted(target, resolve),
        certificate=read_certificate(raw, datetime.now(UTC)),
    )


def context_of(ca: str | None, resolve: Callable[[str], Path]) -> ssl.SSLContext:
    """A context that trusts the certificates of this host, or those of a file of the params. Raises OSError or
    ssl.SSLError for a file that is none."""
    return ssl.create_default_context(cafile=str(resolve(ca)) if ca else None)


def read_certificate(raw: bytes, now: datetime) -> Certificate:
    """A certificate from its DER bytes. Raises ValueError where they are none."""
    from cryptography import x509

    found = x509.load_der_x509_certificate(raw)
    start, end = found.not_valid_before_utc, found.not_valid_after_utc
    subject, issuer = found.subject.rfc4514_string(), found.issuer.rfc4514_string()
    return Certificate(
        subject=subject,
        issuer=issuer,
        names=_names(found),
        not_before=start.isoformat(),
        not_after=end.isoformat(),
        days=(end - now).days,
        age=(now - start).days,
        key=_key(found),
        self_signed=subject == issuer,
    )


def why(error: Exception) -> str:
    """Why a connection could not be made, in a few words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not hold: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"no TLS connection can be made: {(error.reason or str(error)).lower().replace('_', ' ')}"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, socket.gaierror):
        return "its name does not resolve"
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    return str(error) or type(error).__name__


def _handshake(target: TlsTarget, context: ssl.SSLContext) -> tuple[str, str, bytes]:
    name = target.name or target.host
    with (
        socket.create_connection((target.host, target.port), SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=name) as wrapped,
    ):
        cipher = wrapped.cipher()
        return wrapped.version() or "", cipher[0] if cipher else "", wrapped.getpeercert(binary_form=True) or b""


def _trusting() -> ssl.SSLContext:
    """A context that looks at no certificate: to see one that does not hold, it has to be accepted."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _accepts(target: TlsTarget, version: ssl.TLSVersion) -> bool:
    context = _trusting()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with suppress(ValueError, ssl.SSLError):
            context.minimum_version = context.maximum_version = version
            context.set_ciphers("ALL:@SECLEVEL=0")
            with suppress(OSError):
                _handshake(target, context)
                return True
    return False


def _untrusted(target: TlsTarget, resolve: Callable[[str], Path]) -> str:
    try:
        _handshake(target, context_of(target.ca, resolve))
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except OSError as error:
        return why(error)
    return ""


def _names(found: object) -> tuple[str, ...]:
    from cryptography import x509

    assert isinstance(found, x509.Certificate)
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    return tuple(str(name.value) for name in names)


def _key(found: object) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    assert isinstance(found, x509.Certificate)
    key = found.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    return f"EC {key.curve.name}" if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__
