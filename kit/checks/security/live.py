"""Security: what was run and what was asked, where the params file says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from kit.checks.shared.asked import answer_of, answered, is_loopback, live, name, place_of, probes, silent
from kit.checks.shared.ran import ran
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.probes.model import HttpProbe, PostgresProbe, TlsProbe


@check(
    "SEC-080",
    "Commands that were run for security succeed",
    Severity.HIGH,
    Clause.ASSUMPTIONS,
    blocker="cannot be released",
    effort_hours=3,
)
def commands_of_security_succeed(project: Project) -> Iterator[Fact]:
    """
    An audit of dependencies or a test of access tells what no reading of files does.

    Decides: each command of the params file with `area: security` is run, with limits on time, memory and output, and has to
    end by itself with the expected exit code; what its output says of files and lines is told there. One that was not run
    is unknown. It decides the verdict where the params file says `required: true`.

    Fix: run the command in the project's folder and mend what it names; where it needs more time or memory, or a variable,
    give it `timeout`, `memory` or `env` in the params file.

    Blind to: what the audit or the tests of access does not try, and outputs of tools whose format is not known.

    See: https://owasp.org/www-project-web-security-testing-guide/
    """
    yield from ran(project, "security")


_PAGE = ("content-security-policy", "x-content-type-options", "referrer-policy")
_EVERY = ("x-content-type-options",)
_LONG_ENOUGH = 15_552_000
"""Seconds of half a year, the least that browsers' lists take."""
_VERSION = re.compile(r"/\d|\d+\.\d+")


@check(
    "SEC-081", "Answers of running systems carry security headers", Severity.MEDIUM, Clause.EXECUTION, effort_hours=1
)
def answers_carry_the_headers(project: Project) -> Iterator[Fact]:
    """
    Headers tell browsers what a page may load and who may frame it. What a proxy in front adds or drops shows in the answer
    alone.

    Decides: one address of each host that the params file names, a page before others: content policy, sniffing, framing and
    referrer for pages, sniffing for every answer, strict transport over HTTPS; versions that `Server` and `X-Powered-By` tell;
    cookies without Secure, HttpOnly and SameSite.

    Fix: set the headers that are named where the answer leaves the system, as `add_header ... always;` in nginx does;
    switch off what tells versions, as `server_tokens off;` does; give cookies their attributes.

    Blind to: addresses with `headers: false`, and answers to other requests.

    See: https://owasp.org/www-project-secure-headers/
    """
    judged: dict[str, HttpProbe] = {}
    for probe in sorted(answered(probes(project).http), key=lambda p: (p.role != "page", p.role != "api")):
        if probe.judged_headers and probe.status is not None and probe.status < 500:
            judged.setdefault(_origin(probe.url), probe)
    for origin, probe in judged.items():
        yield _headers(project, origin, probe)
        yield from _cookies(project, origin, probe)


def _headers(project: Project, origin: str, probe: HttpProbe) -> Fact:
    missing = list(_missing(probe))
    shown = "\n".join([f"GET {probe.url}", f"HTTP {probe.status}", *(f"{n}: {v}" for n, v in probe.headers.items())])
    told = [n for n in ("server", "x-powered-by") if _VERSION.search(probe.headers.get(n, ""))]
    place = place_of(project, probe)
    if missing:
        return live(bad, f"{origin}: its answers lack {', '.join(missing)}.", f"headers of {origin}", shown, place)
    if told:
        message = f"{origin}: {' and '.join(told)} tell versions."
        return live(partial, message, f"headers of {origin}", shown, place, severity=Severity.LOW)
    return live(ok, f"{origin}: its answers carry the security headers.", f"headers of {origin}", shown, place)


def _missing(probe: HttpProbe) -> Iterator[str]:
    page = probe.role == "page" or "text/html" in probe.headers.get("content-type", "")
    yield from (name for name in (_PAGE if page else _EVERY) if not probe.headers.get(name))
    framing = probe.headers.get("x-frame-options") or "frame-ancestors" in probe.headers.get(
        "content-security-policy", ""
    )
    if page and not framing:
        yield "x-frame-options"
    age = re.search(r"max-age=\"?(\d+)", probe.headers.get("strict-transport-security", ""))
    if probe.url.startswith("https:") and (age is None or int(age[1]) < _LONG_ENOUGH):
        yield "strict-transport-security for half a year or more"


def _cookies(project: Project, origin: str, probe: HttpProbe) -> Iterator[Fact]:
    said = probe.headers.get("set-cookie", "").lower()
    wanted = ["httponly", "samesite", *(["secure"] if probe.url.startswith("https:") else [])]
    if said and (missing := [word for word in wanted if word not in said]):
        message = f"{origin}: it sets a cookie without {', '.join(missing)}."
        yield live(bad, message, f"cookies of {origin}", probe.headers["set-cookie"], place_of(project, probe))


@check("SEC-082", "TLS endpoints refuse outdated versions", Severity.HIGH, Clause.EXECUTION, effort_hours=1)
def endpoints_refuse_old_versions(project: Project) -> Iterator[Fact]:
    """
    TLS 1.0 and 1.1 have been broken for years, and whoever stands between may make both sides agree on them.

    Decides: a handshake with each version is tried with each TLS endpoint and https address of the params file.

    Fix: allow TLS 1.2 and 1.3 alone, as `ssl_protocols TLSv1.2 TLSv1.3;` does in nginx.

    Blind to: ciphers that are weak within a version, and SSL 3, which this host's library no longer speaks.

    See: https://datatracker.ietf.org/doc/html/rfc8996
    """
    for probe in probes(project).tls:
        if probe.error:
            yield unknown(f"{probe.where}: its TLS could not be asked: {probe.error}.", At("."), about=probe.where)
        elif probe.old:
            message = f"{probe.where}: it still accepts {' and '.join(probe.old)}."
            yield live(bad, message, f"versions of {probe.where}", _told(probe))
        else:
            yield live(ok, f"{probe.where}: it agrees on {probe.version}.", f"versions of {probe.where}", _told(probe))


@check("SEC-083", "Certificates in use hold and have time left", Severity.HIGH, Clause.ASSUMPTIONS, effort_hours=1)
def certificates_hold(project: Project) -> Iterator[Fact]:
    """
    A certificate that runs out stops every client at once, mostly at night.

    Decides: the certificate that each TLS endpoint and https address of the params file shows: its dates against `min_days`,
    its chain and name against the trusted certificates of this host or of `ca`, the size of its key.

    Fix: renew it and let an ACME client do so from now on; send the whole chain (`fullchain.pem`); ask for the names that
    clients use.

    Blind to: revocation, and what other hosts trust.

    See: https://letsencrypt.org/docs/integration-guide/
    """
    for probe in probes(project).tls:
        if probe.error or probe.certificate is None:
            why = probe.error or "it shows none"
            yield unknown(f"{probe.where}: its certificate could not be seen: {why}.", At("."), about=probe.where)
        else:
            yield _certificate(probe)


def _certificate(probe: TlsProbe) -> Fact:
    found, about = probe.certificate, f"certificate of {probe.where}"
    assert found is not None
    until = found.not_after[:10]
    if found.days < 0:
        message = f"{probe.where}: its certificate ran out on {until}."
        return live(bad, message, about, _told(probe), severity=Severity.CRITICAL)
    if found.age < 0:
        return live(
            bad, f"{probe.where}: its certificate is not valid before {found.not_before[:10]}.", about, _told(probe)
        )
    if probe.untrusted:
        return live(bad, f"{probe.where}: its certificate is not trusted: {probe.untrusted}.", about, _told(probe))
    if found.days < probe.min_days:
        message = f"{probe.where}: its certificate runs out on {until}; {probe.min_days} days should be left."
        return live(bad, message, about, _told(probe), severity=Severity.MEDIUM)
    if found.key.startswith("RSA") and int(found.key.split()[1]) < 2048:
        return live(bad, f"{probe.where}: its key is of {found.key} bits, which are too few.", about, _told(probe))
    return live(ok, f"{probe.where}: its certificate is trusted and holds until {until}.", about, _told(probe))


def _told(probe: TlsProbe) -> str:
    lines = [f"TLS {probe.where}", f"{probe.version} {probe.cipher}"]
    if probe.certificate is not None:
        c = probe.certificate
        lines += [f"subject {c.subject}", f"issuer {c.issuer}", f"names {', '.join(c.names) or 'none'}"]
        lines += [f"valid {c.not_before[:10]} to {c.not_after[:10]}", f"key {c.key}"]
    return "\n".join([*lines, *([f"not trusted: {probe.untrusted}"] if probe.untrusted else [])])


@check("SEC-084", "Plain addresses lead to encrypted ones", Severity.MEDIUM, Clause.EXECUTION, effort_hours=0.5)
def plain_addresses_lead_to_encrypted_ones(project: Project) -> Iterator[Fact]:
    """
    What goes over plain HTTP can be read and changed by everybody in between, credentials among it.

    Decides: each `http://` address of the params file that does not lead to this host itself answers with a redirect to
    `https://`. Redirects to other addresses are shown and not followed.

    Fix: answer plain requests with `return 301 https://$host$request_uri;` alone.

    Blind to: networks in which something else encrypts, such as a mesh; say so with a waiver.

    See: https://developer.mozilla.org/en-US/docs/Web/HTTP/Headers/Strict-Transport-Security
    """
    for probe in answered(probes(project).http):
        if not probe.url.startswith("http:") or is_loopback(probe.url):
            continue
        place, about = place_of(project, probe), f"transport of {probe.url}"
        if any(redirect.to.startswith("https:") for redirect in probe.redirects):
            yield live(ok, f"{probe.url}: it leads to an encrypted address.", about, answer_of(probe), place)
        else:
            yield live(bad, f"{probe.url}: it answers in plain text.", about, answer_of(probe), place)


@check("SEC-085", "Roles of databases may do no more than they need", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
def roles_may_do_no_more_than_they_need(project: Project) -> Iterator[Fact]:
    """
    A superuser's connection turns one injected statement into the whole server: every database, files, programs.

    Decides: the attributes of the role that each DSN of the params file connects as, and whether a connection over a network
    is encrypted.

    Fix: `CREATE ROLE app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;`, grant it what the application reads and writes, and let
    another role run the migrations; end the DSN in `?sslmode=verify-full`.

    Blind to: grants on single tables, and roles that nobody named.

    See: https://www.postgresql.org/docs/current/role-attributes.html
    """
    yield from silent(probes(project).postgres, "its role")
    for probe in answered(probes(project).postgres):
        yield _role(probe)
        if not probe.local and not probe.encrypted:
            message = f"{name(probe)}: the connection is not encrypted."
            yield live(bad, message, f"encryption of {probe.variable}", severity=Severity.MEDIUM)


def _role(probe: PostgresProbe) -> Fact:
    about = f"role of {probe.variable}"
    if probe.role is None:
        return unknown(f"{name(probe)}: its role could not be seen.", At("."), about=about)
    said = f"{probe.role.name}: {', '.join(probe.role.may) or 'no attributes'}; owns {probe.role.owns} tables"
    if probe.role.may:
        return live(bad, f"{name(probe)}: the role {probe.role.name} is {', '.join(probe.role.may)}.", about, said)
    return live(ok, f"{name(probe)}: the role {probe.role.name} has no attribute that it does not need.", about, said)


@check("SEC-086", "Redis asks for a password", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=0.5)
def redis_asks_for_a_password(project: Project) -> Iterator[Fact]:
    """
    Whoever reaches a Redis without a password reads the sessions in it, and writes files as its user.

    Decides: each server of the params file is asked once more without the name and password.

    Fix: `requirepass` or, better, users of their own in `aclfile`, and `rediss://` where a network lies in between.

    Blind to: what firewalls keep away from it.

    See: https://redis.io/docs/latest/operate/oss_and_stack/management/security/
    """
    yield from silent(probes(project).redis, "whether it asks for a password")
    for probe in answered(probes(project).redis):
        about = f"password of {probe.variable}"
        if probe.open is None:
            yield unknown(f"{name(probe)}: whether it asks for a password could not be tried.", At("."), about=about)
        elif probe.open:
            grade = Severity.MEDIUM if probe.local else None
            yield live(bad, f"{name(probe)}: it answers without a password.", about, "PING\nPONG", severity=grade)
        elif not probe.encrypted and not probe.local:
            message = f"{name(probe)}: its password goes over the network in plain text."
            yield live(partial, message, about, severity=Severity.MEDIUM)
        else:
            yield live(ok, f"{name(probe)}: it asks for a password.", about, "PING\nNOAUTH")


@check("SEC-087", "Buckets are closed to everybody", Severity.HIGH, Clause.COMPLIANCE, effort_hours=1)
def buckets_are_closed(project: Project) -> Iterator[Fact]:
    """
    Buckets that everybody may read are how most leaks of stored files happen.

    Decides: the policy, the grants and the block of public access of each bucket of the params file, and whether it lists
    itself to somebody without keys. A bucket with `public: true` is meant to be read.

    Fix: block public access (`aws s3api put-public-access-block`), take `Principal: "*"` out of the policy, hand out signed
    addresses.

    Blind to: grants on single objects, and policies with conditions.

    See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    yield from silent(probes(project).s3, "who may read it")
    for probe in answered(probes(project).s3):
        about = f"access to {name(probe)}"
        if probe.public and not probe.wants_public:
            yield live(bad, f"{name(probe)}: {'; '.join(probe.public)}.", about, "\n".join(probe.public))
        elif {"the policy", "the list of grants"} & set(probe.unseen):
            yield unknown(f"{name(probe)}: the keys may not see who may read it.", At("."), about=about)
        else:
            yield live(ok, f"{name(probe)}: nobody may read it who should not.", about)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
