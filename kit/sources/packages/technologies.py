"""What a project is made with, by the names under which a fix is written: languages, frameworks, ORMs."""

from __future__ import annotations

from collections.abc import Iterable

from kit.sources.packages.model import Package

_WRITTEN_IN = {
    "node": "javascript typescript tsx vue svelte",
    "java": "java kotlin scala",
    "dotnet": "csharp",
    **{name: name for name in ("python", "go", "php", "ruby", "rust")},
}
LANGUAGES = {language: platform for platform, names in _WRITTEN_IN.items() for language in names.split()}
"""The platform of a programming language, as `kit.sources.tree.classify.language_of` names it."""
_ECOSYSTEMS = {
    "npm": "node",
    "pypi": "python",
    "go": "go",
    "maven": "java",
    "gradle": "java",
    "nuget": "dotnet",
    "cargo": "rust",
}
_LIBRARIES: dict[str, dict[str, tuple[str, ...]]] = {
    "node": {
        "express": ("express",),
        "fastify": ("fastify",),
        "nestjs": ("@nestjs/core",),
        "next": ("next",),
        "prisma": ("prisma", "@prisma/client"),
        "typeorm": ("typeorm",),
        "knex": ("knex",),
        "sequelize": ("sequelize",),
        "drizzle": ("drizzle-orm",),
        "mongoose": ("mongoose",),
        "vitest": ("vitest",),
        "jest": ("jest",),
    },
    "python": {
        "django": ("django",),
        "flask": ("flask",),
        "fastapi": ("fastapi",),
        "alembic": ("alembic", "flask-migrate"),
        "sqlalchemy": ("sqlalchemy", "flask-sqlalchemy", "sqlmodel"),
    },
    "java": {
        "flyway": (":flyway-core",),
        "liquibase": (":liquibase-core",),
        "spring": ("org.springframework", "org.springframework.boot", "org.springframework.cloud"),
    },
    "go": {"gin": ("github.com/gin-gonic/gin",), "gorm": ("gorm.io/gorm",)},
    "dotnet": {"entity-framework": ("microsoft.entityframeworkcore",)},
    "php": {},
    "ruby": {},
    "rust": {},
}
CLOUDS = {"aws": "aws_", "google": "google_", "azure": "azurerm_"}
"""The clouds by the names under which a fix is written, and how the types of their resources begin in Terraform."""
PLATFORM = {name: platform for platform, names in _LIBRARIES.items() for name in (platform, *names)}
PLATFORM |= {name: name for name in CLOUDS}
"""Every name that a fix may be written for, with the platform that it belongs to."""


def platform_of(package: Package) -> str | None:
    """The platform of a manifest: "node", "python", "java" ..."""
    return _ECOSYSTEMS.get(package.ecosystem)


def technologies(packages: Iterable[Package]) -> frozenset[str]:
    """The platforms of these manifests and the frameworks that they depend on."""
    found: set[str] = set()
    for package in packages:
        platform = platform_of(package)
        if platform is not None:
            names = [d.name.lower() for d in package.dependencies]
            found |= {platform, *(t for t, marks in _LIBRARIES[platform].items() if any(_is(n, marks) for n in names))}
    return frozenset(found)


def _is(name: str, marks: tuple[str, ...]) -> bool:
    """Whether a dependency is one of these: by its name, an artifact's (":name"), its group or a part of it."""
    return any(
        name == mark
        or name.startswith((f"{mark}:", f"{mark}.", f"{mark}/"))
        or (mark[0] == ":" and name.endswith(mark))
        for mark in marks
    )
