"""Files and folders that a statement names: are they there, and as large as it says?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.claims.amounts import Amount, amounts
from kit.claims.ground import Ground
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At

_ENDINGS = (
    "ya?ml|json|jsonc|toml|tsx?|jsx?|mjs|cjs|mts|cts|py|go|rs|rb|php|java|kts?|cs|c|h|cpp|sql|sh|bash|ps1|bat|md|mdx|txt|rst"
    "|tf|tfvars|hcl|conf|cfg|ini|env|properties|prisma|graphql|gql|proto|xml|html|css|scss|vue|svelte|lock|tpl|tmpl|j2|ipynb"
    "|service|rules|gradle|example|sample|pem|crt|ejs|csv|avif|webp|png|jpe?g|gif|svg|ico|woff2?|webmanifest|pdf|editorconfig|dockerignore|gitignore|nvmrc"
)
PATH = re.compile(
    rf"(?<![\w@/.:$-])(?P<path>(?:\./|\.\./|/)?(?:[\w@.+()\[\]-]+/)*(?:[\w+.\[\]-]*\w\.(?:{_ENDINGS})"
    r"|Dockerfile(?:\.[\w-]+)?|Makefile|Procfile|Jenkinsfile|Caddyfile|justfile|LICENSE|CODEOWNERS"
    r"|\.env(?:\.[\w-]+)*|\.dockerignore|\.gitignore|\.eslintrc(?:\.\w+)?|\.prettierrc))"
    r"(?![\w/-])(?::[~≈]?(?P<line>\d+)(?:\s?[-–]\s?(?P<last>\d+)|\+)?)?"
)
_FOLDER = re.compile(r"(?<![\w@/.:-])(?P<path>(?:\./)?(?:[\w@.-]+/)+)(?![\w*{<])")
_PRODUCT = re.compile(
    r"^(?:[A-Z][\w-]*|(?:node|next|nuxt|vue|react|express|three|chart|discord|socket|day|moment))\.js$"
)
_ABSENT = re.compile(
    r"(?:\bno\b|\bmissing\b|\black(?:s|ing)?\b|\bwithout\b|\babsent\b|\bnot (?:found|present|exist|there|created|included)\b"
    r"|\bdoes(?:n't| not) exist\b|\bdo(?:n't| not) exist\b|\bremoved\b|\bdeleted\b|\bto be (?:added|created)\b|\bneeds?\b|\badd\b"
    r"|\bcreate\b|\bgenerate\b|\bwrite\b|\bcopy\b|\brename\b|\bgitignored?\b|\bnot (?:committed|tracked)\b|\bnever commit|\bwill\b"
    r"|\bshould\b|\bmust\b|\bsuch as\b|\be\.g\.|\bexample\b|\bif\b)",
    re.IGNORECASE,
)
_IS_THERE = re.compile(
    r"\b(?:exists?|present|available|provided|in place|created|added|included|committed|defined)\b", re.IGNORECASE
)
_IGNORES = re.compile(r"\.(?:git|docker)ignore\b|\bgit-?ignored?\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"[<>{}*]|\bpath/to\b|\byour[-_]|example\.com|\bfoo\b|\bxxx+\b", re.IGNORECASE)
_SECRETS_FILE = re.compile(r"(?:^|/)\.env(?:\.(?:prod(?:uction)?|staging|dev(?:elopment)?|local))*$")
_OF_SECRETS = re.compile(r"\b(?:secrets?|credentials?|passwords?|(?:api|private) keys?|tokens?)\b", re.IGNORECASE)
_TRACKED_HERE = frozenset({"dist", "build", "node_modules", "coverage", "target", "out", ".next", "tmp", "logs", "log"})


@dataclass(frozen=True, slots=True)
class Named:
    """A path in a statement's text: as written, the line that it cites, and where in the text it stands."""

    written: str
    line: int | None
    last: int | None
    start: int
    end: int
    folder: bool = False


def named_paths(text: str) -> list[Named]:
    """The files and folders that a text names; addresses, products and placeholders are none."""
    bare = re.sub(r"\b[a-z][a-z+]*://\S+|\b[\w.-]+@[\w.-]+\.\w+", lambda url: " " * len(url[0]), text[:4000])
    found = []
    for match in PATH.finditer(bare):
        path, start = match["path"], match.start()
        if (path.startswith("[") and "]" not in path) or (path.startswith("(") and ")" not in path):
            path, start = path[1:], start + 1  # a bracket before it, and no folder that is called so
        if bare[match.end() : match.end() + 1] == "*":
            continue  # a pattern, of which one spelling tells nothing
        if _PRODUCT.match(path) or _PLACEHOLDER.search(path) or _is_name(path):
            continue
        if path.startswith("/") and path.count("/") == 1:
            continue  # an address of a site
        line = int(match["line"]) if match["line"] else None
        found.append(Named(path, line, int(match["last"]) if match["last"] else line, start, match.end()))
    for match in _FOLDER.finditer(bare):
        quoted = bare[max(0, match.start() - 1)] == "`" or match["path"].count("/") > 1 or _listed(bare, match.start())
        if (
            quoted
            and re.search(r"[A-Za-z]", match["path"])
            and not match["path"].startswith("/")
            and not _PLACEHOLDER.search(match["path"])
        ):
            found.append(Named(match["path"], None, None, match.start(), match.end(), folder=True))
    return found


def _is_name(path: str) -> bool:
    """A word with a dot that is no file: a property, a method, a version, a domain."""
    if "/" in path or path.startswith("."):
        return False
    stem, _, ending = path.rpartition(".")
    return (
        ending in {"c", "h", "cs", "env", "rs", "go", "service", "example", "sample", "rules", "lock", "vue"}
        and ("." in stem or stem in {"process", "import.meta", "os", "System", "Node", "main"})
        and stem not in {"main", "Cargo", "yarn", "poetry", "composer"}
    )


def _listed(text: str, start: int) -> bool:
    """In brackets, as in "clean separation (apps/, libs/)"."""
    return text.rfind("(", 0, start) > text.rfind(")", 0, start)


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each path that a statement names, or for its size where it says one."""
    if statement.kind == "code":
        return
    text = statement.text
    paths = named_paths(text)
    if _IGNORES.search(" ".join((text, *statement.section[-2:]))):
        # What an ignore file lists are patterns, and what they keep out is not here.
        paths = [named for named in paths if named.written.endswith("ignore")]
    sized = _size_said(text, paths)
    for named in paths:
        yield from _answer(statement, ground, named, sized if not named.folder else None, alone=len(paths) == 1)


def _answer(
    statement: Statement, ground: Ground, named: Named, size: Amount | None, *, alone: bool
) -> Iterator[Answer]:
    about = f"file {named.written}"
    if _elsewhere(named.written):
        reason = f"{named.written} stands on a machine, not in the project."
        yield Answer(Verdict.UNDECIDABLE, reason, about=about, decisive=alone)
        return
    found = ground.resolve(named.written, statement.source)
    if not found and _is_ending(named.written, ground):
        return
    if not found:
        yield from _not_there(statement, ground, named, about)
        return
    place = At(found[0], named.line) if named.line and len(found) == 1 else At(found[0])
    if size is not None and alone and len(found) == 1:
        yield _of_size(ground, found[0], size, about)
    elif (
        (line := named.line or _line_behind(statement.text, named))
        and len(found) == 1
        and not ground.files.line_count(found[0]) >= line > 0
    ):
        lines = ground.files.line_count(found[0])
        reason = f"{found[0]} has {lines} lines; line {line} is not there."
        yield Answer(Verdict.UNSUPPORTED, reason, ground.evidence([At(found[0])]), about=about, decisive=False)
    elif found[0] == named.written.removeprefix("./") and _only_missed(statement.text, named):
        reason = f"{found[0]} is there."
        yield Answer(Verdict.REFUTED, reason, ground.evidence([place]), about=about)
    else:
        yield _quoting(statement, ground, named, found, about) or _there(statement, ground, named, found, place, about)


_MISSED = re.compile(
    r"\W*(?:(?:missing|no)\W+\0(?:\s+files?)?(?:\s+exists)?|\0(?:\s+files?)?\s+(?:is )?missing)\W*", re.IGNORECASE
)


def _only_missed(text: str, named: Named) -> bool:
    """Whether a text says of a file that it is missing, and nothing else."""
    return _MISSED.fullmatch(f"{text[: named.start]}\0{text[named.end :]}".replace("`", " ")) is not None


_CITATION = re.compile(r"[\"“`](?P<quote>[^\"“”`\n]{6,120})[\"”`]")
LINES_OFF = 12
"""How many lines a cited place may be off before what is quoted has moved."""


def _quoting(statement: Statement, ground: Ground, named: Named, found: tuple[str, ...], about: str) -> Answer | None:
    """What is quoted and stands in the file whose line is cited for it: there, or at another line by now."""
    quotes = [m["quote"] for m in _CITATION.finditer(statement.text) if named.written not in m["quote"]]
    if named.line is None or len(found) != 1 or len(quotes) != 1 or _ABSENT.search(statement.text):
        return None
    lines = ground.files.lines(found[0])
    at = [number for number, line in enumerate(lines, 1) if quotes[0] in line]
    if not at:
        return None
    near = min(at, key=lambda number: abs(number - (named.line or 1)))
    moved = not named.line - LINES_OFF <= near <= (named.last or named.line) + LINES_OFF
    reason = f"“{quotes[0][:80]}” stands at {found[0]}:{near}{f', not at line {named.line}' if moved else ''}."
    verdict = Verdict.PARTLY if moved else Verdict.CONFIRMED
    return Answer(verdict, reason, ground.evidence([At(found[0], near)]), about=about, exists=True)


def _is_ending(written: str, ground: Ground) -> bool:
    """Whether it is no name but what the names of some files end with (".module.css")."""
    return re.fullmatch(r"(?:\.[\w-]+){2,}", written) is not None and any(
        p.endswith(written) for p in ground.files.paths
    )


def _there(statement: Statement, ground: Ground, named: Named, found: tuple[str, ...], place: At, about: str) -> Answer:
    """The file is there. That settles a statement which says no more than that."""
    kind = "folder" if ground.files.is_dir(found[0]) else "file"
    reason = (
        f"{found[0]} is there."
        if len(found) == 1
        else f"{len(found)} files are called {named.written}, the first {found[0]}."
    )
    if kind == "folder":
        inside = sum(path.startswith(f"{found[0]}/") for path in ground.files.paths)
        reason = f"{found[0]}/ is there, with {inside} files."
    return Answer(
        Verdict.CONFIRMED,
        reason,
        ground.evidence([place]),
        about=about,
        decisive=_only_says_there(statement, named),
        exists=True,
    )


def _only_says_there(statement: Statement, named: Named) -> bool:
    bare = _bare(statement.text)
    if _LISTING.fullmatch(bare) or (_TITLED.fullmatch(bare) and _DOCUMENTS.search(" ".join(statement.section[-1:]))):
        return True
    rest = (statement.text[: named.start] + " " + statement.text[named.end :]).replace("`", " ")
    words = [w for w in re.findall(r"[^\W\d_]{3,}", rest) if w.lower() not in _FILLERS]
    if _IS_THERE.search(rest) and not re.search(r"\b(?:but|yet|however|with|never|no|not)\b|;\s", rest, re.IGNORECASE):
        # "Added x and y" says what was put into a file, "exists" that the file is there.
        return len(words) <= (7 if re.search(r"\b(?:exists?|present|in place|is available)\b", rest) else 3)
    return not words


def _line_behind(text: str, named: Named) -> int | None:
    """The last line that is cited in words behind a path ("x.py lines 10-12")."""
    found = _CITED_BEHIND.match(text[named.end :])
    return int(found["last"] or found["line"]) if found else None


_CITED_BEHIND = re.compile(r"`?[\s(,]*lines?\s+(?P<line>\d+)(?:\s?[-–]\s?(?P<last>\d+))?", re.IGNORECASE)


def _bare(text: str) -> str:
    """The text with its files as a sign each, and without the lines that are cited in them."""
    rest = text
    for named in sorted(named_paths(text), key=lambda each: -each.start):
        if not named.folder:
            rest = f"{rest[: named.start]}\0{rest[named.end :]}"
    return re.sub(r"\blines?\s+\d+(?:\s?[-–,]\s?\d+)*|`", " ", rest, flags=re.IGNORECASE)


_LISTING = re.compile(r"\W*(?:[\w/&' -]{2,45}:|see)?\s*\0(?:[\s,;&()]|and|\0)*\.?", re.IGNORECASE)
"""A label and files: it says where something is."""
_TITLED = re.compile(r"[\w/&' -]{2,60}\(\0\)\W*")
_DOCUMENTS = re.compile(r"\b(?:documentation|documents?|docs|guides?|related|see also|links)\b", re.IGNORECASE)
"""Headings of lists of documents, of which each is a title and the file that it leads to."""
_FILLERS = frozenset(
    {"file", "files", "the", "see", "script", "path", "location", "config", "configuration", "document", "docs", "and", "guide",
     "in", "at", "under", "folder", "directory", "source", "main", "manifest", "report", "exists", "exist"}
)  # fmt: skip


def _not_there(statement: Statement, ground: Ground, named: Named, about: str) -> Iterator[Answer]:
    path = named.written.lstrip("./") if not named.written.startswith(".") else named.written.removeprefix("./")
    first = path.split("/")[0]
    if ground.files.ignored(path) or first in _TRACKED_HERE:
        reason = f"{named.written} is kept out of the repository; only the machine that has it could show it."
        yield Answer(Verdict.UNDECIDABLE, reason, about=about, decisive=False)
        return
    if _SECRETS_FILE.search(path) and _OF_SECRETS.search(statement.text):
        reason = (
            f"{named.written} is not in the repository, where no secret belongs; a machine that has it would show it."
        )
        yield Answer(Verdict.UNDECIDABLE, reason, about=about, decisive=False)
        return
    said = _clause(statement.text, named)
    missed = _only_missed(statement.text, named)
    if missed or _ABSENT.search(said):
        reason = f"No file {named.written} is in the project."
        sure = (missed or _denied(said)) and not ground.hollow
        yield Answer(Verdict.CONFIRMED, reason, about=about, decisive=sure, absent=True)
        return
    if first in ground.hollow:
        reason = f"The folder {first} is here without its files; another repository has them."
        yield Answer(Verdict.UNDECIDABLE, reason, about=about, decisive=False)
        return
    if named.folder and not named.written.rstrip("/").count("/") and not _listed(statement.text, named.start):
        return
    reason = f"No {'folder' if named.folder else 'file'} {named.written} is in the project."
    yield Answer(Verdict.UNSUPPORTED, reason, about=about, exists=True)


def _clause(text: str, named: Named) -> str:
    """The part of a sentence that a path stands in."""
    before = re.split(r"[.;:!?]\s", text[: named.start])[-1]
    after = re.split(r"[.;:!?](?:\s|$)", text[named.end :])[0]
    return f"{before} {after}"


def _denied(said: str) -> bool:
    return bool(
        re.search(
            r"\b(?:no|missing)\b|^\W*(?:file\W+)?(?:(?:was |has been )?(?:removed|deleted)\b\W*)$|\bnot (?:found|present|there)\b|\bdo(?:es)?(?:n't| not) exist\b|\babsent\b",
            said,
            re.IGNORECASE,
        )
    )


def _elsewhere(path: str) -> bool:
    return path.startswith(("/etc/", "/opt/", "/var/", "/usr/", "/root/", "/home/", "/tmp/", "/srv/", "~", "../"))  # noqa: S108 - paths that reports name


MOST_BETWEEN = 60
"""How many signs may stand between a file and its size."""


def _size_said(text: str, paths: list[Named]) -> Amount | None:
    """The size in bytes or lines that stands behind the only file of a text."""
    files = [named for named in paths if not named.folder]
    if len(files) != 1:
        return None
    behind = [a for a in amounts(text) if a.unit in {"B", "lines"} and a.start >= files[0].start]
    if (
        not behind
        or re.search(r"[.;]\s", text[files[0].end : behind[0].start])
        or behind[0].start - files[0].end > MOST_BETWEEN
    ):
        return None
    return behind[0]


def _of_size(ground: Ground, path: str, size: Amount, about: str) -> Answer:
    is_lines = size.unit == "lines"
    actual = ground.files.line_count(path) if is_lines else ground.files.size(path)
    if is_lines and not actual and ground.files.size(path):
        reason = f"{path} is too large to be read, or no text; its lines were not counted."
        return Answer(Verdict.UNDECIDABLE, reason, ground.evidence([At(path)]), about=about, decisive=False)
    shown = f"{actual:,} {'lines' if is_lines else 'bytes'}"
    evidence = ground.evidence([At(path)])
    if size.fits(actual):
        return Answer(Verdict.CONFIRMED, f"{path} has {shown}; said is {size.text}.", evidence, about=about)
    return Answer(Verdict.REFUTED, f"{path} has {shown}, not {size.text}.", evidence, about=about)
