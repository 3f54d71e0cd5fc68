"""Every environment variable that the code of a project reads."""

from __future__ import annotations

from kit.sources.code.env_go import go_env
from kit.sources.code.env_js import js_env
from kit.sources.code.env_jvm import called_env, jvm_env
from kit.sources.code.env_python import python_env
from kit.sources.code.index import CodeIndex
from kit.sources.code.records import EnvReadFact


def env_reads(code: CodeIndex) -> tuple[EnvReadFact, ...]:
    """The reads by file and line, several of one variable where it is read more than once."""
    found = [*python_env(code), *js_env(code), *go_env(code), *jvm_env(code), *called_env(code)]
    return tuple(sorted(dict.fromkeys(found), key=lambda r: (r.at.path, r.at.line or 0, r.name)))
