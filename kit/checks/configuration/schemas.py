"""Where a service holds its configuration against a schema, or against code of its own."""

from __future__ import annotations

import posixpath
import re

from kit.checks.shared.texts import at_offset
from kit.model import At
from kit.project import Project
from kit.system.model import Service

_OF_SETTINGS = (
    "BaseSettings", "envalid", "createEnv(", "convict(", "env-var", "@ConfigurationProperties", "envconfig.Process",
    "env.Parse(", "cleanEnv(", "environ.Env(", "decouple", "cleanenv.", "viper.", "dynaconf",
)  # fmt: skip
"""Marks of libraries for settings alone."""
_OF_ANYTHING = (
    "z.object(", "Joi.object(", "IsNotEmpty(", "t.Object(", "validateSync(", "@IsString(", "@IsInt(", "@IsUrl(",
    "@IsEnum(", "class-validator", "cast(", "yup.object(", "v.object(",
)  # fmt: skip
"""Marks of libraries that hold requests against schemas as well."""
_BY_HAND = re.compile(
    r"\b\w*(?:validate|check|assert|ensure|verify)\w*\(\s*(?:process\.env|os\.environ)\s*[),]", re.IGNORECASE
)
_HANDED_OVER = re.compile(r"(?:process|import\.meta|Bun)\.env\s*[),;]|os\.environ\s*[),]|\$env\b")
_HELD = re.compile(r"(?:parse|validate)\w*\(\s*\{[^{}]{0,2000}(?:process|import\.meta)\.env\b")
_READ_ALONE = re.compile(r"(?:process|import\.meta|Bun)\.env\b|environ\b|getenv\b|\bENV\[", re.IGNORECASE)


def checked_by_hand(project: Project, service: Service) -> At | None:
    """Where the whole environment is handed to a function that checks it, in a folder that the service reads it in."""
    folders = {posixpath.dirname(r.at.path) for r in service.env}
    for path in project.code.files("python", "javascript", "typescript", "tsx"):
        if posixpath.dirname(path) in folders:
            text = project.files.text(path)
            found = _BY_HAND.search(text)
            if found is not None:
                return at_offset(path, text, found.start())
    return None


def schema_of(project: Project, service: Service) -> At | None:
    """Where the service's configuration goes through a schema. One of a library for anything counts where it names the
    variables itself, or is given the environment: beside a read of it there may stand the schema of a request."""
    for path in dict.fromkeys(r.at.path for r in service.env):
        text = project.files.text(path)
        marks = (*_OF_SETTINGS, *(_OF_ANYTHING if _about_settings(project, service, path) else ()))
        for mark in marks:
            if mark in text:
                return at_offset(path, text, text.index(mark))
    return None


def _about_settings(project: Project, service: Service, path: str) -> bool:
    text, lines = project.files.text(path), project.files.lines(path)
    if _HANDED_OVER.search(text) or _HELD.search(text):
        return True
    read = [lines[r.at.line - 1] for r in service.env if r.at.path == path and r.at.line]
    return any(not _READ_ALONE.search(line) for line in read)
