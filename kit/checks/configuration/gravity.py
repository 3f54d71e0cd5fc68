"""How grave it is that a secret stands in a tracked file: what it is, where it stands and what it opens."""

from __future__ import annotations

import re

from kit.checks.configuration.common import ASIDE
from kit.checks.configuration.tokens import is_short_lived, opens_one_thing
from kit.checks.shared.browser import on_page
from kit.checks.shared.calls import runs
from kit.checks.shared.meant import environment as meant_for
from kit.checks.shared.meant import environment_of_class, in_development_mode
from kit.checks.shared.settings import overridden
from kit.model import Severity
from kit.project import Project
from kit.sources.secrets.find import SecretHit, context_of

_OF_PEOPLE = frozenset({"assignment", "url-password"})
"""The kinds whose values may be words that somebody chose; the others are formats of random keys."""
_HASHED = re.compile(
    r"md5[0-9a-f]{32}$|(?:crypt|digest)[12]:|\{(?:bcrypt|ssha\d*|sha\d*|pbkdf2|scrypt|argon2)\}", re.IGNORECASE
)
"""How stores of users write what must still be broken."""
_PIPELINE = re.compile(r"^(?:\.github|\.gitlab[^/]*|\.circleci|\.buildkite|\.ci|ci)(?:/|$)|^[^/]*gitlab-ci[^/]*$")
_SEEDS = re.compile(r"(?i)(?:^|/)(?:seeds?|seeders?)/|(?:^|[/_.-])seed(?:er|s|ing|data)?(?:[_.-][\w.-]*)?\.\w+$")
_FOR_CLIENTS = ("google-services.json", "GoogleService-Info.plist", "firebase-config", "firebaseConfig")
_OF_ONESELF = re.compile(r"(?i)localhost|self-?signed|snake-?oil|(?:^|[/._-])(?:local|dev|example|dummy)(?:[/._-]|$)")
"""Where keys stand that nobody but a developer's own browser trusts."""
_PRETENDED = re.compile(r"(?i)(?:^|[/._-])(?:fakes?|dummy|dummies|mocks?|examples?|samples?|for-testing)(?:[/._-]|$)")
_PUBLIC = r"(?:VITE|NEXT_PUBLIC|REACT_APP|NUXT_PUBLIC|EXPO_PUBLIC|VUE_APP|GATSBY)_"
_BUNDLED = re.compile(rf"(?i)\b{_PUBLIC}\w+\s*[=:]|\bsearch_?api_?key")
_LOCAL = r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal)"
_COMMENT = re.compile(r"\s*(?:#|//|--|;|\*|<!--)")
_FALLS_BACK = re.compile(
    r"(?:\|\||\?\?|\bor)\s*[\"'`][^\"'`\n]{0,200}$|:-[^}\n]{0,200}$"
    r"|(?i:getenv|SetDefault|environ(?:\.get)?|env(?:Or|With)?\w*)\(\s*[\"'][\w.-]+[\"'],\s*[\"'][^\"'\n]{0,200}$"
)


def gravity(project: Project, path: str, hit: SecretHit) -> tuple[Severity, str | None]:
    """The severity of a secret in a file, and the environment that it belongs to where it is only for that one.

    Critical is what opens production for sure: a random key, or a password in settings that are named for production.
    High is a password in settings that a deployment may take. What somebody chose for a tool, a local database, a
    fall-back or a line of code is less, and a hash must still be broken.
    """
    environment = meant_for(project, path)
    text = project.files.text(path)
    small = hit.kind == "assignment" or (hit.kind == "url-password" and not _is_away(text, hit))
    token = text[hit.start : hit.end] if hit.kind == "json-web-token" else ""
    if token and (is_short_lived(token) or opens_one_thing(token)):
        return Severity.LOW, None  # it opened somebody's session until it ended, or opens one file
    if _is_minor(project, path, text, hit):
        return Severity.MEDIUM, environment if environment in ASIDE and small else None
    if environment in ASIDE:
        return (Severity.LOW, environment) if small else (Severity.HIGH, None)
    if hit.kind == "assignment" and context_of(path) == "code" and _in_comment(text, hit):
        return Severity.MEDIUM, None  # what an answer of somebody's interface looks like
    if environment_of_class(project, path, hit.line) in ASIDE:
        return Severity.LOW, None
    if hit.kind not in _OF_PEOPLE or is_random(text[hit.start : hit.end]):
        return _of_random(project, path, hit, environment), None
    return _of_chosen(project, path, hit, environment), None


def _of_random(project: Project, path: str, hit: SecretHit, environment: str) -> Severity:
    """The severity of a random value: less where it is for maps alone, a fall-back, or of a compose file that names no
    environment."""
    text = project.files.text(path)
    line = text[text.rfind("\n", 0, hit.start) + 1 : hit.start]
    if hit.kind == "google-api-key" and re.search(r"(?i)(?:^|_)MAPS?_", line.strip()):
        return Severity.HIGH  # it draws maps, at somebody's expense
    falls_back = _FALLS_BACK.search(line) is not None
    composed = environment != "production" and any(file.path == path for file in project.compose)
    return Severity.HIGH if hit.kind == "assignment" and (falls_back or composed) else Severity.CRITICAL


def _is_minor(project: Project, path: str, text: str, hit: SecretHit) -> bool:
    """What must still be broken, what every client shows, what a deployment replaces, what pipelines, seeds and requests that
    somebody sends by hand make."""
    hashed = "hash" in hit.kind or re.search(r"(?i)(?:hash|digest)(?:ed)?$", hit.name or "") is not None
    hashed = hashed or _HASHED.match(text[hit.start : hit.end]) is not None
    piped = _PIPELINE.search(path) is not None or any(w.path == path for w in project.workflows)
    made = hit.kind in _OF_PEOPLE and (piped or _SEEDS.search(path) or path.endswith((".http", ".rest")))
    own = hit.kind == "private-key" and _OF_ONESELF.search(path) is not None
    shown = own or any(file in path for file in _FOR_CLIENTS) or _in_every_browser(path, text, hit)
    pretended = _PRETENDED.search(path) or re.search(r"(?i)(?:^|_)demo(?:_|$)", hit.name or "")
    return hashed or bool(made) or shown or bool(pretended) or bool(overridden(project, path, hit.name or ""))


def _of_chosen(project: Project, path: str, hit: SecretHit, environment: str) -> Severity:
    """The severity of a value that somebody thought up. Of code it is seldom seen whether the password is one that lasts."""
    text, code = project.files.text(path), context_of(path) == "code"
    line = text[text.rfind("\n", 0, hit.start) + 1 : hit.start]
    aside = (code and not runs(path)) or _TASKS.search(path) or _ends_here(text)
    if _is_local(text, hit) or aside or _COMMENT.match(line):
        return Severity.MEDIUM
    if hit.kind == "url-password" and _is_away(text, hit):
        return Severity.CRITICAL  # it opens a host that others reach, too
    if (
        _FALLS_BACK.search(line)
        or _beside_local(text, hit)
        or _under_local(text, hit)
        or in_development_mode(project, path)
    ):
        return Severity.MEDIUM
    if code:
        strong = _is_strong(text[hit.start : hit.end]) and not on_page(project, path)
        return Severity.HIGH if strong else Severity.MEDIUM
    return Severity.CRITICAL if environment == "production" else Severity.HIGH


def _is_away(text: str, hit: SecretHit) -> bool:
    """Whether the host of a URL has a full name: others reach it, too."""
    return not _is_local(text, hit) and re.match(r"@[\w-]+(?:\.[\w-]+)+\b", text[hit.end : hit.end + 80]) is not None


def _is_strong(value: str) -> bool:
    """Whether a password is of three kinds of signs: nobody takes that trouble for an example."""
    return sum(re.search(kind, value) is not None for kind in ("[a-z]", "[A-Z]", "[0-9]", r"[^\w\s]")) >= 3


_TASKS = re.compile(r"(?:^|/)(?:package\.json|[Mm]akefile|[Jj]ustfile|Taskfile\.ya?ml)$")
"""Commands that people and pipelines run by hand."""


def _ends_here(text: str) -> bool:
    """Whether a script starts a database of its own with the password, and is done with it at the end."""
    ran = re.search(r"\b(?:docker|podman) (?:run|start)\b", text)
    return ran is not None and re.search(r"\b(?:docker|podman) (?:rm|stop|kill)\b|--rm\b", text) is not None


def _in_comment(text: str, hit: SecretHit) -> bool:
    """Whether the secret stands in a comment, of one line or of several."""
    line = text[text.rfind("\n", 0, hit.start) + 1 : hit.start]
    opened = text.rfind("/*", 0, hit.start)
    return _COMMENT.match(line) is not None or (opened >= 0 and text.find("*/", opened, hit.start) < 0)


def is_random(value: str) -> bool:
    """Whether nobody thought the value up: long, and without a word of six letters in it."""
    if len(value) < 16 or not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return False
    return max(map(len, re.findall(r"[a-z]+|[A-Z]+", value))) < 6


def _is_local(text: str, hit: SecretHit) -> bool:
    """Whether the URL around a password leads to the machine itself, or nowhere yet."""
    return hit.kind == "url-password" and re.match(rf"@{_LOCAL}\b", text[hit.end : hit.end + 40]) is not None


def _beside_local(text: str, hit: SecretHit) -> bool:
    """Whether the settings around a password name the machine itself as the host."""
    around = text[max(0, hit.start - 300) : hit.end + 300]
    return re.search(rf"(?i)\b(?:host\w*[\"']?\s*[:=]\s*[\"']?|://){_LOCAL}\b", around) is not None


LINES_ABOVE = 15
_SAYS_LOCAL = re.compile(r"(?im)^\s*(?:#|//|--|::|rem\b|echo\b).*\blocal (?:dev\w*|set-?up|environment|machine|use)\b")


def _under_local(text: str, hit: SecretHit) -> bool:
    """Whether the lines above say that what follows is for a developer's machine."""
    above = text[max(0, hit.start - 2000) : hit.start].splitlines()[-LINES_ABOVE:]
    return _SAYS_LOCAL.search("\n".join(above)) is not None


def _in_every_browser(path: str, text: str, hit: SecretHit) -> bool:
    """A key that a web page or its bundle shows anyway: a key of Google for browsers, or one that may only search."""
    start, stop = text.rfind("\n", 0, hit.start) + 1, hit.end
    if hit.kind == "google-api-key":
        value = re.escape(text[hit.start : hit.end])
        shown = re.search(rf"\b{_PUBLIC}\w+(?:[ \t]*[=:]|\s*(?:\|\||\?\?))\s*[\"'`]?{value}", text)
        page = path.endswith((".html", ".htm")) or "maps.googleapis.com" in text[start:stop]
        return page or shown is not None or "firebase" in text[start : stop + 400].lower()
    around = text[max(0, hit.start - 300) : hit.end + 300]
    return _BUNDLED.search(text[start:stop]) is not None or bool(re.search(r"\balgolia\b|\bindexName\b", around))
