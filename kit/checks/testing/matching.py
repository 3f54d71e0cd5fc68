"""Whether the configuration of a runner takes a file for a test."""

from __future__ import annotations

import re
from posixpath import basename, normpath, relpath

from kit.checks.testing.common import configs
from kit.project import Project
from kit.sources.packages.runner_configs import RunnerConfig, Setting, words
from kit.sources.tree.globs import glob
from kit.system.scope import within

JEST_DEFAULT = (
    "**/__tests__/**/*.[jt]s?(x)",
    "**/__tests__/**/*.?([mc])[jt]s?(x)",
    "**/?(*.)+(spec|test).?([mc])[jt]s?(x)",
)
VITEST_DEFAULT = ("**/*.{test,spec}.?(c|m)[jt]s?(x)",)
PLAYWRIGHT_DEFAULT = ("**/*.@(spec|test).?(c|m)[jt]s?(x)",)
CYPRESS_DEFAULT = ("cypress/e2e/**/*.cy.{js,jsx,ts,tsx}", "cypress/component/**/*", "**/*.cy.{js,jsx,ts,tsx}")
MAX_EXPRESSION = 200


def matches(config: RunnerConfig, path: str) -> bool | None:
    """Whether the runner takes the file for a test; None where code computes it or a spelling is not read here."""
    reader = {"jest": _jest, "vitest": _vitest, "playwright": _playwright, "cypress": _cypress}.get(config.tool)
    return reader(config, path) if reader is not None else None


def configs_for(project: Project, path: str, tool: str) -> list[RunnerConfig]:
    """The configurations of a tool in the folders above a file, the nearest first."""
    found = [c for c in configs(project) if c.tool == tool and within(path, c.dir)]
    return sorted(found, key=lambda c: -len(c.dir) if c.dir != "." else 0)


def _jest(config: RunnerConfig, path: str) -> bool | None:
    if any(config.get(key) is not None for key in ("preset", "projects")) and config.get("testMatch") is None:
        return None
    root = _base(config, config.get("rootDir"))
    if root is None:
        return None
    if not within(path, root):
        return False
    roots = config.get("roots")
    folders = [_resolved(root, word) for word in words(roots.value)] if roots is not None else [root]
    if not any(folder is None or within(path, folder) for folder in folders):
        return False
    expression = config.get("testRegex")
    if expression is not None:
        return _any_expression(expression, path)
    patterns = config.get("testMatch")
    return _any_glob(patterns, JEST_DEFAULT, root, path)


def _vitest(config: RunnerConfig, path: str) -> bool | None:
    included = [s for s in config.all("include") if "coverage" not in s.keys and "typecheck" not in s.keys]
    included = [s for s in included if "test" in s.keys or "projects" in s.keys]
    root = _base(config, config.get("test", "root") or config.get("test", "dir"))
    if root is None or config.get("workspace") is not None or config.get("extends") is not None:
        return None
    if not included:
        computed = any("projects" in s.keys for s in config.settings)
        return None if computed else _any_glob(None, VITEST_DEFAULT, root, path)
    # Vitest takes a configuration from above and reads its patterns from the folder of the package that it runs in.
    steps = path[len(root) + 1 if root != "." else 0 :].split("/")[:-1]
    packages = [
        "/".join([*([] if root == "." else [root]), *steps[:depth]]) for depth in (1, 2, 3) if depth <= len(steps)
    ]
    answers = [_any_glob(s, VITEST_DEFAULT, folder, path) for s in included for folder in (root, *packages)]
    return True if True in answers else None if None in answers else False


def _playwright(config: RunnerConfig, path: str) -> bool | None:
    folders = [_resolved(config.dir, s.value) if isinstance(s.value, str) else None for s in config.all("testDir")]
    if any(folder is None for folder in folders):
        return None
    if folders and not any(within(path, folder) for folder in folders if folder is not None):
        return False
    if any(True for _ in config.all("testMatch")):
        return None
    return _any_glob(None, PLAYWRIGHT_DEFAULT, config.dir, path)


def _cypress(config: RunnerConfig, path: str) -> bool | None:
    legacy = config.get("integrationFolder")
    if legacy is not None and isinstance(legacy.value, str):
        folder = _resolved(config.dir, legacy.value)
        return None if folder is None else within(path, folder)
    if config.path.endswith("cypress.json"):
        return _any_glob(None, ("cypress/integration/**/*", "cypress/component/**/*"), config.dir, path)
    patterns = list(config.all("specPattern")) + list(config.all("testFiles"))
    if not patterns:
        return _any_glob(None, CYPRESS_DEFAULT, config.dir, path)
    answers = [_in_folder(setting, config.dir, path) for setting in patterns]
    return True if True in answers else None if None in answers else False


def _in_folder(setting: Setting, folder: str, path: str) -> bool | None:
    """What the pattern takes; one that names a folder takes what is in it."""
    if isinstance(setting.value, str) and not re.search(r"[*?{\[]|\.\w+$", setting.value):
        named = _resolved(folder, setting.value)
        return None if named is None else within(path, named)
    return _any_glob(setting, CYPRESS_DEFAULT, folder, path)


def _base(config: RunnerConfig, setting: Setting | None) -> str | None:
    if setting is None:
        return config.dir
    return _resolved(config.dir, setting.value) if isinstance(setting.value, str) else None


def _resolved(folder: str, word: str) -> str | None:
    word = word.replace("<rootDir>", ".").removeprefix("/") if "<rootDir>" in word else word
    path = normpath(f"{folder}/{word}")
    return None if path.startswith("..") or "$" in word or "*" in word else path


def _any_expression(setting: Setting, path: str) -> bool | None:
    found = words(setting.value) if isinstance(setting.value, tuple) else (setting.value,)
    for text in found:
        if not isinstance(text, str) or len(text) > MAX_EXPRESSION or re.search(r"\(\?[<!=]|[+*]\)[+*]", text):
            return None
        try:
            if re.search(text.replace("\\/", "/"), f"/{path}"[-400:]):
                return True
        except re.error:
            return None
    return False


def _any_glob(setting: Setting | None, default: tuple[str, ...], root: str, path: str) -> bool | None:
    patterns = default if setting is None else words(setting.value) if isinstance(setting.value, tuple) else None
    if setting is not None and isinstance(setting.value, str):
        patterns = (setting.value,)
    if patterns is None:
        return None
    if not within(path, root):
        return False
    inner, unread = relpath(path, root), False
    for pattern in patterns:
        plain = re.sub(r"^(?:<rootDir>|\.)/", "", pattern).removeprefix("<rootDir>")
        found = glob(plain.lstrip("/"))
        unread |= found is None
        if found is not None and (found.fullmatch(inner) or ("/" not in plain and found.fullmatch(basename(path)))):
            return True
    return None if unread else False


def pytest_collects(project: Project, path: str) -> bool | None:
    """Whether pytest collects the file by its name; None where a configuration says something that is not read."""
    found = [c for c in configs(project) if c.tool == "pytest" and within(path, c.dir)]
    nearest = max(found, key=lambda c: len(c.dir), default=None)
    setting = nearest.get("python_files") if nearest is not None else None
    patterns = words(setting.value) if setting is not None else ("test_*.py", "*_test.py")
    compiled = [glob(pattern if "*" in pattern else f"{pattern}*") for pattern in patterns]
    if any(pattern is None for pattern in compiled):
        return None
    return any(p.fullmatch(basename(path)) or p.fullmatch(path) for p in compiled if p is not None)
