"""What a script that saves leaves behind and one that restores looks for: names, buckets, compression, encryption."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

MAX_DEPTH = 4
MAX_TEXT = 100_000
_KINDS = r"(?:sql|dump|pgdump|bak|backup|pgc|rdb|bson|archive|tar|tgz|custom)"
_PACKED = r"(?:\.(?:gz|zst|xz|bz2|lz4|age|gpg|enc|asc))"
_NAME = re.compile(rf"[\w*./:@{{}}+-]{{0,200}}?\.(?:{_KINDS}{_PACKED}{{0,3}}|gz{_PACKED}{{0,2}})(?![\w.-]*[\w-])")
_BUCKET = re.compile(r"\b(?:s3|gs|b2|az)://([^\s\"'`|;)]+)")
_ASSIGNED = re.compile(
    r"^[ \t]*(?:export\s+|readonly\s+|local\s+)?([A-Za-z_]\w*)=(\"[^\"\n]*\"|'[^'\n]*'|[^\s;#]*)", re.M
)
_VARIABLE = re.compile(r"\$\{(\w+)(?::?[-=]([^{}]*))?[^{}]*\}|\$(\w+)")
_COMPUTED = re.compile(r"\$\([^()]*(?:\([^()]*\)[^()]*)*\)|`[^`\n]*`")
_SAID = re.compile(r"^[ \t]*(?:#|(?:echo|printf|log|usage|message_\w+)\b).*$|(?<=\s)#[^\n]*$", re.M)
_MADE = re.compile(r"(?:[^<\d&]>>?\s*|\s-o\s+|\s-out\s+|--output[= ]\s*)[\"']?([^\s\"'|;&]+)")
_FETCHED = re.compile(
    r"^[^\n#]*\b(?:aws s3 (?:cp|mv)|gsutil (?:-m )?cp|gcloud storage cp|mc cp|rclone copy(?:to)?|scp|cp|mv)\b"
    r"[^\n|;&]*?\s[\"']?([^\s\"'|;&]+)[\"']?[ \t]*$",
    re.M,
)
_START = r"(?:^|[|;&(\s])"
_KEPT = r"\b(?![^|\n]*\s(?:-\w*d|--decompress))"
_UNDONE = r"\s[^|\n]*(?:-\w*d\b|--decompress)"
_PACKS = {
    "gzip": (rf"(?:gzip|pigz){_KEPT}", rf"(?:gunzip|zcat|unpigz|(?:gzip|pigz){_UNDONE})"),
    "zstd": (rf"zstd(?:mt)?{_KEPT}", rf"(?:unzstd|zstdcat|zstd{_UNDONE})"),
    "xz": (rf"xz{_KEPT}", rf"(?:unxz|xzcat|xz{_UNDONE})"),
    "bzip2": (rf"bzip2{_KEPT}", rf"(?:bunzip2|bzcat|bzip2{_UNDONE})"),
}  # fmt: skip
_SEALS = {
    "age": (r"age\b(?![^|\n]*\s(?:-d\b|--decrypt))\s", r"age\s[^|\n]*(?:-d\b|--decrypt)"),
    "gpg": (
        r"gpg2?\s[^|\n]*(?:-c\b|--symmetric|-\w*e\b|--encrypt|-r\b|--recipient)",
        r"gpg2?\s[^|\n]*(?:-d\b|--decrypt)",
    ),
    "openssl": (r"openssl\s+(?:enc\s+)?(?![^|\n]*\s-d\b)[^|\n]*aes", r"openssl\s+[^|\n]*\s-d\b"),
}  # fmt: skip
_SUFFIX = {"gzip": ".gz", "zstd": ".zst", "xz": ".xz", "bzip2": ".bz2", "gpg": ".gpg"}


@dataclass(frozen=True, slots=True)
class Trail:
    """What a script writes or reads beside the dump itself.

    `names` are the files it names, `*` for what is computed, what it makes only for itself left out; `buckets` are the
    buckets with the folders in them as far as they are literal; `packed` and `sealed` the tools that compress and
    encrypt (of a restore: whose work it undoes); `options` of openssl that both sides must share.
    """

    names: frozenset[str] = frozenset()
    buckets: frozenset[str] = frozenset()
    packed: frozenset[str] = frozenset()
    sealed: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    known: bool = False


NO_TRAIL = Trail()
"""Nothing that could be compared."""


def written(text: str) -> Trail:
    """What a text that saves leaves behind."""
    packed, sealed, plain = _tools(text, _PACKS, 0), _tools(text, _SEALS, 0), _expanded(text)
    names = {n for n in _names(plain) if not n.endswith("/")}
    # `gzip FILE` names the file by itself
    ends = [_SUFFIX[tool] for tool in packed | sealed if tool in _SUFFIX]
    names |= {n + end for end in ends if not any(n.endswith(end) for n in names) for n in names}
    return Trail(frozenset(names), _buckets(plain), packed, sealed, _options(text, sealed), True)


def read(text: str) -> Trail:
    """What a text that restores looks for."""
    packed, sealed, plain = _tools(text, _PACKS, 1), _tools(text, _SEALS, 1), _expanded(text)
    own = {posixpath.normpath(m[1]) for pattern in (_MADE, _FETCHED) for m in pattern.finditer(plain)}
    names = {n for n in _names(plain) if posixpath.normpath(n) not in own}
    return Trail(frozenset(names), _buckets(plain), packed, sealed, _options(text, sealed), True)


def mismatch(made: Trail, wanted: Trail) -> str | None:
    """Why a restore does not find or cannot read what a backup left; None where nothing speaks against it."""
    if not (made.known and wanted.known):
        return None
    return _unlike_seals(made, wanted) or _unlike_packs(made, wanted) or _unlike_places(made, wanted)


def _unlike_seals(made: Trail, wanted: Trail) -> str | None:
    if made.sealed and not wanted.sealed:
        return f"the backup is encrypted with {_one(made.sealed)}, and the restore does not decrypt it"
    if wanted.sealed and not made.sealed:
        return f"the restore decrypts with {_one(wanted.sealed)} what the backup does not encrypt"
    if made.sealed and not made.sealed & wanted.sealed:
        return f"the backup is encrypted with {_one(made.sealed)}, and the restore decrypts with {_one(wanted.sealed)}"
    unlike = made.options ^ wanted.options
    if unlike:
        return f"openssl is told {_one(unlike)} on one side only, which makes another key"
    return None


def _unlike_packs(made: Trail, wanted: Trail) -> str | None:
    if made.packed and wanted.packed and not made.packed & wanted.packed:
        return f"the backup is compressed with {_one(made.packed)}, and the restore undoes {_one(wanted.packed)}"
    if wanted.packed and not made.packed and made.names and all(_suffix(n)[-1:] not in _ENDS for n in made.names):
        return f"the restore undoes {_one(wanted.packed)}, and nothing compresses what the backup writes"
    return None


_ENDS = ([".gz"], [".zst"], [".xz"], [".bz2"], [".tgz"])


def _unlike_places(made: Trail, wanted: Trail) -> str | None:
    left, sought = sorted(made.names), sorted(wanted.names)
    if left and sought and not any(_alike(w, r) for w in left for r in sought):
        one, other = posixpath.basename(left[0]), posixpath.basename(sought[0])
        return f"the backup writes {one}, and the restore looks for {other}"
    if made.buckets and wanted.buckets and not any(_within(a, b) for a in made.buckets for b in wanted.buckets):
        return f"the backup goes to {min(made.buckets)}, and the restore looks in {min(wanted.buckets)}"
    return None


def _alike(name: str, pattern: str) -> bool:
    """Whether two names, in which `*` stands for anything, can be the same file."""
    one, other = posixpath.basename(name), posixpath.basename(pattern)
    if _suffix(one) != _suffix(other):
        return False
    if "*" not in other:
        return True  # a name of its own may be a link, or the file as it was fetched
    heads = one.partition("*")[0], other.partition("*")[0]
    return heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])


def _suffix(name: str) -> list[str]:
    found = re.search(rf"(?:\.{_KINDS})?{_PACKED}{{0,3}}$", name)
    return re.findall(r"\.\w+", found[0]) if found else []


def _within(one: str, other: str) -> bool:
    """Whether one folder of a bucket may hold the other; what is computed may be anything."""
    if "*" in one.partition("/")[0] or "*" in other.partition("/")[0]:
        return True
    a, b = (x.partition("*")[0] for x in (one, other))
    return a.startswith(b) or b.startswith(a)


def _names(text: str) -> set[str]:
    return {m[0].lstrip(":=") for m in _NAME.finditer(text) if not m[0].startswith((".", "*.*"))}


def _buckets(text: str) -> frozenset[str]:
    """Buckets and their folders: `lib-backups/postgres/`."""
    found = (m[1] for m in _BUCKET.finditer(text))
    folders = (f if f.endswith("/") or "/" not in f else posixpath.dirname(f) + "/" for f in found)
    every = {f if "/" in f else f + "/" for f in folders}
    # a bucket alone is what a variable was set to, where a folder of it is named elsewhere
    return frozenset(f for f in every if not any(o != f and f.count("/") == 1 and o.startswith(f) for o in every))


def _tools(text: str, table: dict[str, tuple[str, str]], side: int) -> frozenset[str]:
    bare = _SAID.sub("", text)
    return frozenset(name for name, pair in table.items() if re.search(_START + pair[side], bare, re.M))


def _options(text: str, sealed: frozenset[str]) -> frozenset[str]:
    if "openssl" not in sealed:
        return frozenset()
    told = re.findall(r"\bopenssl\b[^|\n]*(?:\\\n[^|\n]*)*", _SAID.sub("", text))
    return frozenset(re.findall(r"\s-(pbkdf2|aes-?\d{3}-?\w{3}|a|base64)\b", " ".join(told)))


def _one(names: frozenset[str]) -> str:
    return " and ".join(sorted(names))


def _expanded(text: str) -> str:
    """A shell text without comments and messages, its variables put in; `*` for what cannot be told."""
    text = text[:MAX_TEXT]
    bare = _COMPUTED.sub(lambda m: _inner(m[0]), _SAID.sub("", text).replace("\\\n", " "))
    values = {m[1]: m[2].strip("\"'") for m in _ASSIGNED.finditer(bare)}
    for _ in range(MAX_DEPTH):
        changed = _VARIABLE.sub(lambda m: _value(m, values), bare)
        if changed == bare or len(changed) > 4 * len(text) + 1000:
            break
        bare = changed
    return re.sub(r"\*{2,}", "*", bare)


def _inner(call: str) -> str:
    """A computed part is anything, but what it lists or looks for is named in it."""
    named = [m[0] for m in _NAME.finditer(call)]
    urls = [m[0] for m in _BUCKET.finditer(call)]
    return f"* {' '.join([*named, *urls])} " if named or urls else "*"


def _value(found: re.Match[str], values: dict[str, str]) -> str:
    name = found[1] or found[3]
    return values.get(name, found[2] or "*") if not name.isdigit() else "*"
