"""Words of a shell text: quotes taken off, and the constants that the text sets put in."""

from __future__ import annotations

import re
from collections import Counter
from posixpath import normpath

from ast_grep_py import SgNode

MAX_DEPTH = 40
_ASSIGNED = re.compile(r"(?:^|[\s;&|({])(\w+)\+?=")
_LOOPED = re.compile(r"\b(?:for|read(?:\s+-\w+)*|getopts\s+\S+)\s+(\w+)")
_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_OWN_DIRECTORY = re.compile(r"""dirname\s+(?:--\s+)?["']?\$(?:\{?0\}?|\{?BASH_SOURCE(?:\[0\])?\}?)["']?""")
_TOP_LEVEL = re.compile(r"^\$\(\s*git rev-parse --show-toplevel\s*\)$")
_ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BITBUCKET_CLONE_DIR", "TRAVIS_BUILD_DIR", "WORKSPACE")
_FOLDER_OF_SCRIPT = re.compile(
    r"(?:\$\()?(?:cd(?:--|-P)?)?(@(?:/[\w./-]*)?)(?:>/dev/null(?:2>&1)?)?(?:(?:&&|;)pwd(?:-P)?)?\)?"
)
_DYNAMIC = re.compile(r"[$`*?\[\]{}<>|]|^~|%[A-Za-z_]+%")


def is_dynamic(word: str) -> bool:
    """True where a word's value cannot be told from the text: expansions, globs, braces, a home directory."""
    return bool(_DYNAMIC.search(word))


def join(directory: str | None, word: str) -> str | None:
    """A path relative to the project's root, from a working directory and a word; None where that is open.

    An absolute path stays as it is; a path that leaves the root begins with `..`.
    """
    if is_dynamic(word):
        return None
    if word.startswith("//"):
        return normpath(word[2:] or ".")
    if word.startswith("/"):
        return word
    if directory is None:
        return None
    return normpath(f"{directory}/{word}") if word else directory


class Words:
    """The values of words, with the variables that a text sets exactly once to a constant.

    `own` is the script's own folder relative to the project's root, None where there is no script.
    """

    def __init__(self, own: str | None) -> None:
        self.own = own
        self.variables: dict[str, str] = dict.fromkeys(_ROOTS, "//.")
        self.unsteady: set[str] = set()

    def learn(self, text: str) -> None:
        """See which variables a text sets more than once or by reading: those have no constant value."""
        counts = Counter(_ASSIGNED.findall(text))
        self.unsteady |= {name for name, count in counts.items() if count > 1} | set(_LOOPED.findall(text))

    def assign(self, node: SgNode, directory: str | None) -> None:
        """Take the constant value of an assignment."""
        children = node.children()
        name = children[0].text()
        if len(children) < 3 or name in self.unsteady or children[1].kind() != "=":
            return
        value = self.value(children[-1], directory)
        if "$" not in value and "`" not in value:
            self.variables[name] = value

    def value(self, node: SgNode, directory: str | None, depth: int = 0) -> str:
        """A word's text without quotes; an expansion that cannot be told stays as written."""
        text, kind = str(node.text()), node.kind()
        if depth > MAX_DEPTH:
            return text
        if kind == "raw_string":
            return text[1:-1]
        if kind in {"simple_expansion", "expansion"}:
            return self._expanded(text)
        if kind == "command_substitution":
            return self._substituted(text, directory)
        if kind == "word":
            return re.sub(r"\\(\n|.)", lambda m: "" if m[1] == "\n" else m[1], text)
        if kind in {"string", "concatenation", "command_name", "translated_string"}:
            return self._joined(node, directory, depth)
        return text

    def unquoted(self, text: str) -> str:
        """A word given as text, quotes taken off and known variables put in."""
        if len(text) > 1 and text[0] == text[-1] == "'":
            return text[1:-1]
        if len(text) > 1 and text[0] == text[-1] == '"':
            text = text[1:-1]
        return _REFERENCE.sub(lambda m: self.variables.get(m[1] or m[2], m[0]), text)

    def _joined(self, node: SgNode, directory: str | None, depth: int) -> str:
        """The node's text with each child's text replaced by its value, what stands between them kept."""
        text, position, parts = str(node.text()), 0, []
        for child in node.children():
            written = child.text()
            start = text.find(written, position)
            if start < 0:
                continue
            parts += [text[position:start], self._part(child, directory, depth)]
            position = start + len(written)
        parts.append(text[position:])
        return "".join(parts) if node.children() else text

    def _part(self, child: SgNode, directory: str | None, depth: int) -> str:
        if child.kind() in {'"', "'"}:
            return ""
        if child.kind() == "string_content":
            return re.sub(r'\\([$`"\\])', r"\1", str(child.text())).replace("\\\n", "")
        return self.value(child, directory, depth + 1)

    def _expanded(self, text: str) -> str:
        match = _REFERENCE.fullmatch(text)
        if not match:
            return text
        name = match[1] or match[2]
        return text if name in self.unsteady else self.variables.get(name, text)

    def _substituted(self, text: str, directory: str | None) -> str:
        if _TOP_LEVEL.match(text):
            return "//."
        if re.fullmatch(r"\$\(\s*pwd\s*\)", text) and directory is not None:
            return f"//{directory}"
        if self.own is not None and len(text) < 300:
            return self._own_directory(text) or text
        return text

    def _own_directory(self, text: str) -> str | None:
        """The value of `$(dirname "$0")` and of `$(cd "$(dirname "$0")/.." && pwd)`."""
        rest = _OWN_DIRECTORY.sub("@", text, count=1)
        rest = re.sub(r"""\$\(\s*@\s*\)|`\s*@\s*`""", "@", rest)
        rest = re.sub(r"""["'\s]""", "", rest)
        match = _FOLDER_OF_SCRIPT.fullmatch(rest)
        if not match:
            return None
        return "//" + normpath(f"{self.own}/{match[1][1:]}")
