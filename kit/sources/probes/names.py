"""A name resolved."""

from __future__ import annotations

from kit.sources.probes.model import DnsProbe
from kit.sources.probes.targets import DnsTarget

SECONDS = 5.0


def probe(target: DnsTarget) -> DnsProbe:
    """What the name resolves to, by the name server of this host or the one that the target names."""
    import dns.exception
    import dns.resolver

    asked = DnsProbe(target.name, target.type, target.expect, server=target.server or "")
    try:
        resolver = dns.resolver.Resolver(configure=target.server is None)
        if target.server:
            address, _, port = target.server.partition("#")
            resolver.nameservers, resolver.port = [address], int(port or 53)
        answer = resolver.resolve(target.name, target.type, lifetime=SECONDS, search=False)
    except (dns.exception.DNSException, OSError, ValueError) as error:
        return DnsProbe(asked.name, asked.type, asked.expect, server=asked.server, error=_why(error))
    records = tuple(sorted(record.to_text().strip('"').rstrip(".") for record in answer))
    return DnsProbe(
        asked.name, asked.type, asked.expect, records, answer.rrset.ttl if answer.rrset else 0, asked.server
    )


def _why(error: Exception) -> str:
    known = {
        "NXDOMAIN": "there is no such name",
        "NoAnswer": "the name has no record of this kind",
        "LifetimeTimeout": "no name server answered in time",
        "NoNameservers": "the name servers could not answer",
        "NoResolverConfiguration": "this host names no name server",
    }
    return known.get(type(error).__name__, str(error).splitlines()[0] if str(error) else type(error).__name__)
