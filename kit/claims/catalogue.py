"""The products and libraries that reports name, and where a project shows them: `products.yaml`, read once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Product:
    """A product: the words that mean it, and what in a project shows it. See `products.yaml` for the fields."""

    name: str
    says: re.Pattern[str]
    packages: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    hosted: bool = False
    manifests: bool = False


@cache
def products() -> tuple[Product, ...]:
    """Every product of the table."""
    data = yaml.safe_load((files("kit.claims") / "products.yaml").read_text("utf-8"))
    return tuple(_product(str(name), entry) for name, entry in data.items())


def named(text: str) -> list[tuple[Product, re.Match[str]]]:
    """The products that a text names, in its order; a name within a longer one only once."""
    found = [(product, match) for product in products() if (match := product.says.search(text))]
    found.sort(key=lambda pair: (pair[1].start(), -pair[1].end()))
    kept: list[tuple[Product, re.Match[str]]] = []
    for product, match in found:
        if not kept or match.start() >= kept[-1][1].end() or match.end() > kept[-1][1].end():
            kept.append((product, match))
    return kept


def _product(name: str, entry: dict[str, list[str] | bool]) -> Product:
    texts = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
    flags = {key: value for key, value in entry.items() if isinstance(value, bool)}
    return Product(
        name,
        _pattern(texts.pop("says")),
        packages=texts.get("packages", ()),
        images=texts.get("images", ()),
        files=texts.get("files", ()),
        actions=texts.get("actions", ()),
        marks=texts.get("marks", ()),
        hosted=flags.get("hosted", False),
        manifests=flags.get("manifests", False),
    )


def _pattern(says: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all ways of writing it; what is given in lower case is taken in any."""
    parts = [re.escape(s).replace(r"\ ", r"[\s-]") if s != s.lower() else f"(?i:{re.escape(s)})" for s in says]
    parts = [part.replace(r"\ ", r"[\s-]") for part in parts]
    return re.compile(rf"(?<![\w@/.-])(?:{'|'.join(sorted(parts, key=len, reverse=True))})(?![\w/-]|\.\w)")
