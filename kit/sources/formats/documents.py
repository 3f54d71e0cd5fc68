"""Structured files as documents: the format by name, each file parsed once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from kit.model import At
from kit.sources.formats.env import parse_env, parse_ini, parse_properties
from kit.sources.formats.hcl import parse_hcl
from kit.sources.formats.json import is_clean, parse_json
from kit.sources.formats.nodes import Document, Problem
from kit.sources.formats.toml import parse_toml
from kit.sources.formats.yaml import parse_yaml
from kit.sources.tree.files import FileIndex, clean

_PARSERS: dict[str, Callable[[str, str], Document]] = {
    "yaml": parse_yaml,
    "json": parse_json,
    "toml": parse_toml,
    "hcl": parse_hcl,
    "env": parse_env,
    "ini": parse_ini,
    "properties": parse_properties,
}
_BY_SUFFIX = {
    "yaml": ".yaml .yml",
    "json": ".json .jsonc .webmanifest .tfstate .code-workspace .arb .avsc",
    "toml": ".toml",
    "hcl": ".tf .hcl .tfvars .tofu .nomad",
    "ini": ".ini .cfg .service .timer .socket .flake8",
    "properties": ".properties",
}
_BY_NAME = {
    "json": ".babelrc .eslintrc .swcrc .prettierrc .stylelintrc .jshintrc composer.lock pipfile.lock "
    "flake.lock bun.lock deno.lock",
    "toml": "pipfile poetry.lock uv.lock cargo.lock pdm.lock",
    "env": ".env .flaskenv dotenv",
    "ini": ".npmrc .coveragerc .flake8 .pylintrc .editorconfig .pypirc pip.conf .bumpversion.cfg",
}
_SUFFIXES = {suffix: kind for kind, suffixes in _BY_SUFFIX.items() for suffix in suffixes.split()}
_NAMES = {name: kind for kind, names in _BY_NAME.items() for name in names.split()}
_EITHER = frozenset({".eslintrc", ".prettierrc", ".stylelintrc"})
_ENV_NAME = re.compile(
    r"\.env(?:-[\w-]+)?(?:\.[\w-]+)*|(?:[\w.-]+\.)?env|(?:[\w-]+\.)?env[.-](?:example|sample|template|dist)[\w-]*"
)
_NO_ENV = re.compile(r".*\.(?:[cm]?[jt]sx?|py|sh|md|rb|go|php|j2|gpg|enc|age|vault|encrypted|zip)")
_TEMPLATE_SUFFIXES = (
    ".j2",
    ".jinja",
    ".jinja2",
    ".tpl",
    ".gotmpl",
    ".tmpl",
    ".template",
    ".dist",
    ".example",
    ".sample",
)


def format_of(path: str) -> str | None:
    """The format that the name tells: "yaml", "json", "toml", "hcl", "env", "ini" or "properties".

    None where it is no structured document. A template's own suffix is looked through: `a.yaml.tpl` is
    YAML.
    """
    name = PurePosixPath(path.lower()).name
    if _ENV_NAME.fullmatch(name) and not _NO_ENV.fullmatch(name):
        return "env"
    if name in _NAMES:
        return _NAMES[name]
    for suffix in _TEMPLATE_SUFFIXES:
        name = name.removesuffix(suffix)
    return _NAMES.get(name) or _SUFFIXES.get(PurePosixPath(name).suffix)


def parse(text: str, path: str) -> Document:
    """The document by the format that the path tells; one with an error where it tells none. Never raises."""
    kind = format_of(path)
    if kind is None:
        return Document(path, "unknown", error=Problem("The file has no format that is known here.", At(path)))
    document = _PARSERS[kind](text, path)
    if document.error and PurePosixPath(path).name in _EITHER:
        return parse_yaml(text, path)
    return document


class Documents:
    """The structured files of an index, each parsed when first asked for."""

    def __init__(self, files: FileIndex) -> None:
        self._files = files
        self._parsed: dict[str, Document] = {}

    def get(self, path: str) -> Document:
        """The document; one with an error where it is absent, unreadable or of no known format."""
        name = clean(path) or path
        if name not in self._parsed:
            self._parsed[name] = self._read(name)
        return self._parsed[name]

    def all(self, format: str | None = None) -> Iterator[Document]:
        """Every structured document, or those of one format ("yaml", "json", "toml" ...)."""
        for path in self._files.paths:
            kind = format_of(path)
            if kind is not None and format in (None, kind):
                yield self.get(path)

    def is_clean(self, path: str) -> bool:
        """Whether the file has no error, problem or template marks. Cheaper than `get` for large JSON."""
        if path in self._parsed or format_of(path) != "json" or not self._files.is_text(path):
            document = self.get(path)
            return document.error is None and not document.problems and not document.template
        return is_clean(self._files.text(path))

    def _read(self, path: str) -> Document:
        kind = format_of(path) or "unknown"
        if path not in self._files:
            return Document(path, kind, error=Problem("The file is not there.", At(path)))
        if not self._files.is_text(path):
            return Document(path, kind, error=Problem("The file is no text, or too large to be read.", At(path)))
        return parse(self._files.text(path), path)
