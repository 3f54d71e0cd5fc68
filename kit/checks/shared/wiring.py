"""Whether anything uses what a file defines: names followed through the project's code, imports and comments left out."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from kit.sources.code.index import JAVASCRIPT, CodeIndex

_COMMENT = r"/\*.*?\*/|^[ \t]*(?://|\*).*?$"
_JS = re.compile(
    _COMMENT + r"|^[ \t]*import\b[^;'\"`()]{0,2000}?from\s*['\"][^'\"\n]*['\"];?"
    r"|^[ \t]*export\s*(?:type\s*)?(?:\*(?:\s*as\s+\w+)?|\{[^{}]*\})(?:\s*from\s*['\"][^'\"\n]*['\"])?;?"
    r"|^[ \t]*export\s+default\s+\w+;?[ \t]*$|\bmodule\.exports\s*=\s*\{[^{}()]*\}|^[ \t]*(?:module\.)?exports(?:\.\w+)?\s*=\s*\w+;?[ \t]*$"
    r"|^[ \t]*(?:const|let|var)\s+[^=\n]{1,300}=\s*require\(\s*['\"][^'\"\n]*['\"]\s*\)(?:\.\w+)?;?[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_PYTHON = re.compile(
    r"^[ \t]*from[ \t]+[\w.]+[ \t]+import[ \t]+(?:\([^()]*\)|[^\n(]*)|^[ \t]*import[ \t][^\n]*|^[ \t]*#[^\n]*|^__all__[^\n\[]*\[[^\]]*\]",
    re.MULTILINE,
)
_OTHER = re.compile(_COMMENT + r"|^[ \t]*import\s+(?:static\s+)?[\w.*]+;?[ \t]*$", re.MULTILINE | re.DOTALL)
_DEFINES = re.compile(
    r"(?:\b(?:class|function\*?|def|const|let|var|interface|type|enum|object|record)\s+|\bfunc\s+(?:\([^)]*\)\s*)?|\bexports\.)$"
)
_LISTS = re.compile(
    r"readdir|\bglob(?:Sync|by)?\b|scandir|walk_packages|iter_modules|listdir|require\.context|import\.meta\.glob|utoload"
)
_HANDS_FOLDER = re.compile(
    r"(?i)\b\w*(?:discover|load|import|scan|regist|collect|glob)\w*\(\s*(?:path\.\w+\(\s*)?(?:__dirname|import\.meta\.dirname)"
)
"""A folder is handed to a function that looks for what is in it."""
_LOADS = re.compile(
    r"\brequire\((?!\s*['\"])|\bimport\((?!\s*['\"`])|import_module\(|require\.context|import\.meta\.glob|@fastify/autoload|fastify-autoload"
)
_IMPORTED = re.compile(r"(?:\bfrom|\bimport|\brequire)\s*\(?\s*['\"`]([^'\"`\n]+)['\"`]")
_SCRIPT = re.compile(r"(?:/index)?(?:\.[cm]?[jt]sx?)?$")
MAX_TEXT = 400_000


class Wiring:
    """What the code of a project uses by name."""

    def __init__(self, code: CodeIndex) -> None:
        self.code = code
        self._bodies: dict[str, str] = {}

    def body(self, path: str) -> str:
        """A file's text with its imports, its lists of exports and its comments blanked; lines keep their numbers."""
        if path not in self._bodies:
            text = self.code.text(path)[:MAX_TEXT]
            language = self.code.language(path)
            stripped = _JS if language in JAVASCRIPT else _PYTHON if language == "python" else _OTHER
            self._bodies[path] = stripped.sub(lambda m: "\n" * m[0].count("\n"), text)
        return self._bodies[path]

    def uses(self, name: str, home: str, *, aside: re.Pattern[str] | None = None) -> Iterator[tuple[str, int]]:
        """File and line of each use of a name that `home` defines, in files of its language.

        `aside` matches what stands before a mention that is none of use. A default export is followed under the names
        that its importers give it.
        """
        language = self.code.language(home) or ""
        family = JAVASCRIPT if language in JAVASCRIPT else (language,)
        yield from self._mentions(name, home, family, aside)
        if family is JAVASCRIPT and self._is_default(name, home):
            for path, given in self.imported_as(home):
                yield from self._mentions(given, path, (), aside, only=path)
        for path, given in self._renamed(name, home, family):
            yield from self._mentions(given, path, (), aside, only=path)

    def _renamed(self, name: str, home: str, family: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Each file that takes a name under another one."""
        one = re.escape(name)
        pattern = re.compile(
            rf"(?<![\w$]){one}\s+as\s+(\w+)|\b(\w+)\s*=\s*require\([^()\n]{{1,200}}\)\.{one}\b|[{{,]\s*{one}\s*:\s*(\w+)[^{{}}\n]{{0,200}}\}}\s*=\s*require\("
        )
        for path in self.code.holding(name, languages=family):
            if path != home:
                yield from ((path, m[1] or m[2] or m[3]) for m in pattern.finditer(self.code.text(path)))

    def imported_as(self, home: str) -> Iterator[tuple[str, str]]:
        """Each JavaScript file that imports a file, with the name that it gives to the whole of it; "" for none."""
        stem = posixpath.splitext(posixpath.basename(home))[0]
        stem = posixpath.basename(posixpath.dirname(home)) if stem == "index" else stem
        pattern = re.compile(
            rf"(?:\bimport\s+(?:(?:\*\s*as\s+)?(\w+))?[^;'\"()]{{0,300}}|(?:const|let|var)\s+(\w+)\s*=\s*require\(\s*|\brequire\(\s*|\bimport\(?\s*|from\s*)"
            rf"['\"`](?:[^'\"`\n]*/)?{re.escape(stem)}(?:/index)?(?:\.[cm]?[jt]sx?)?['\"`]"
        )
        for path in self._importers.get(stem, ()):
            if path != home:
                yield from ((path, m[1] or m[2] or "") for m in pattern.finditer(self.code.text(path)))

    @cached_property
    def _importers(self) -> dict[str, list[str]]:
        """The JavaScript files that import something by a name, by that name: the last part of the path, bare."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.code.files(*JAVASCRIPT):
            for stem in dict.fromkeys(_stem(m[1]) for m in _IMPORTED.finditer(self.code.text(path))):
                found[stem].append(path)
        return found

    def by_folder(self, root: str) -> bool:
        """Whether code below a folder loads files that it does not name."""
        return any(root == "." or path.startswith(root + "/") for path in self._loading)

    @cached_property
    def _loading(self) -> tuple[str, ...]:
        marks = ("require", "import(", "import_module", "import.meta", "utoload", "__dirname")
        found = ((path, self.code.text(path)) for path in self.code.holding(*marks))
        return tuple(
            path for path, text in found if (_LOADS.search(text) and _LISTS.search(text)) or _HANDS_FOLDER.search(text)
        )

    def _is_default(self, name: str, home: str) -> bool:
        text = self.code.text(home)
        one = re.escape(name)
        return (
            re.search(
                rf"export\s+default\s+(?:async\s+)?(?:abstract\s+)?(?:function\s+|class\s+)?{one}\b|module\.exports\s*=\s*{one}\b|export\s*=\s*{one}\b"
                rf"|\b{one}\s+as\s+\w+",
                text,
            )
            is not None
        )

    def _mentions(
        self, name: str, home: str, family: tuple[str, ...], aside: re.Pattern[str] | None, only: str = ""
    ) -> Iterator[tuple[str, int]]:
        if not name:
            yield (only or home), 1
            return
        word = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
        for path in (only,) if only else self.code.holding(name, languages=family):
            body = self.body(path)
            for found in word.finditer(body):
                before = body[max(0, found.start() - 600) : found.start()]
                if _DEFINES.search(before[-80:]) or (aside is not None and aside.search(before)):
                    continue
                yield path, body.count("\n", 0, found.start()) + 1


def _stem(imported: str) -> str:
    """What an import names: `./users/index.js` is "users"."""
    return posixpath.basename(_SCRIPT.sub("", imported))
