"""Lockfiles against manifests: no mismatch that is none, and none missed."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.formats.documents import Documents
from kit.sources.packages import find as packages
from kit.sources.packages.lockfiles_npm import bun, npm, pnpm, yarn
from kit.sources.packages.lockfiles_other import cargo, go_sum, gradle
from kit.sources.packages.lockfiles_python import pipenv, poetry, uv
from kit.sources.packages.model import Mismatch, Package
from kit.sources.tree.files import FileIndex


def found(root: Path, **texts: str) -> dict[str, Package]:
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    files = FileIndex.of(root)
    return {p.path: p for p in packages.find(files, Documents(files))}


def step(package: Package) -> list[Mismatch] | None:
    assert package.lockfile is not None
    return package.lockfile.in_step(package)


def told(package: Package) -> list[tuple[str, str | None, str | None, bool | None]]:
    return [(m.name, m.manifest_spec, m.locked, m.breaks) for m in step(package) or []]


def manifest(**dependencies: str) -> str:
    return json.dumps({"name": "x", "dependencies": {k.replace("__", "/"): v for k, v in dependencies.items()}})


def npm_lock(root: dict[str, str], **versions: str) -> str:
    entries = {f"node_modules/{name}": {"version": version} for name, version in versions.items()}
    return json.dumps({"lockfileVersion": 3, "packages": {"": {"dependencies": root}, **entries}})


SPECS = {
    "a": "^1.0.0",
    "b": "file:../b",
    "c": "npm:real@^2",
    "d": "git+https://e.com/d#1",
    "e": "o/r",
    "f": "",
}


def test_npm_in_step_whatever_the_spec(tmp_path: Path) -> None:
    package = found(tmp_path, **{"package.json": manifest(**SPECS), "package-lock.json": npm_lock(SPECS, a="1.2.0")})

    assert step(package["package.json"]) == []
    assert package["package.json"].lockfile
    assert package["package.json"].lockfile.packages == {"a": ("1.2.0",)}


def test_npm_tells_what_differs_and_whether_it_breaks(tmp_path: Path) -> None:
    lock = npm_lock({"fits": "^1.0.0", "breaks": "^1.0.0", "extra": "1"}, fits="1.5.0", breaks="1.5.0")
    text = manifest(fits="^1.2.0", breaks="^2.0.0", gone="^1.0.0")
    package = found(tmp_path, **{"package.json": text, "package-lock.json": lock})["package.json"]

    assert told(package) == [
        ("fits", "^1.2.0", "^1.0.0", False),
        ("breaks", "^2.0.0", "^1.0.0", True),
        ("gone", "^1.0.0", None, True),
        ("extra", None, "1", False),
    ]


def test_npm_workspaces_have_entries_of_their_own(tmp_path: Path) -> None:
    lock = {"packages": {"": {"workspaces": ["apps/*"]}, "apps/a": {"dependencies": {"x": "1"}}}}
    all_ = found(
        tmp_path,
        **{
            "package.json": '{"workspaces": ["apps/*"]}',
            "apps/a/package.json": manifest(x="1"),
            "apps/new/package.json": manifest(y="1"),
            "package-lock.json": json.dumps(lock),
        },
    )

    assert step(all_["apps/a/package.json"]) == []
    assert told(all_["apps/new/package.json"]) == [("y", "1", None, True)]


def test_the_first_npm_lockfile_is_judged_by_versions(tmp_path: Path) -> None:
    lock = json.dumps({"lockfileVersion": 1, "dependencies": {"a": {"version": "1.2.0"}, "b": {"version": "1.0.0"}}})
    text = manifest(a="^1.0.0", b="^2.0.0", c="latest")
    package = found(tmp_path, **{"package.json": text, "package-lock.json": lock})["package.json"]

    assert [m.name for m in step(package) or []] == ["b", "c"]


PNPM = """\
    lockfileVersion: '9.0'
    {more}
    importers:
      .:
        dependencies:
          a: {{specifier: ^1.0.0, version: 1.0.0}}
          peer: {{specifier: '*', version: 1.0.0}}
      apps/web:
        dependencies:
          lib: {{specifier: 'workspace:*', version: 'link:../lib'}}
          cat: {{specifier: 'catalog:', version: 1.0.0}}
    packages:
      '@s/a@1.0.0(b@2.0.0)':
        resolution: {{}}
      a@1.0.0:
        resolution: {{}}
    """


@pytest.mark.parametrize(
    ("spec", "more", "expected"),
    [
        ("^1.0.0", "", []),
        ("^2.0.0", "", [("a", "^2.0.0", "^1.0.0", True)]),
        ("^2.0.0", "overrides:\n      a: ^1.0.0", []),
        ("^2.0.0", "pnpmfileChecksum: abc", None),
    ],
)
def test_pnpm_compares_what_each_importer_recorded(
    tmp_path: Path, spec: str, more: str, expected: list[object] | None
) -> None:
    root = json.dumps({"dependencies": {"a": spec}, "peerDependencies": {"peer": "*"}})
    all_ = found(
        tmp_path,
        **{
            "package.json": root,
            "pnpm-workspace.yaml": "packages: ['apps/*']\n",
            "pnpm-lock.yaml": PNPM.format(more=more),
            "apps/web/package.json": manifest(lib="workspace:*", cat="catalog:"),
        },
    )
    package = all_["package.json"]

    assert (told(package) if step(package) is not None else None) == expected
    assert step(all_["apps/web/package.json"]) == []
    assert package.lockfile
    assert package.lockfile.packages == {"@s/a": ("1.0.0",), "a": ("1.0.0",)}


def test_older_pnpm_lockfiles_have_their_specs_elsewhere() -> None:
    five = pnpm("lockfileVersion: 5.4\nspecifiers:\n  a: ^1\ndependencies:\n  a: 1.0.0\n", "pnpm-lock.yaml")
    six = pnpm(
        "lockfileVersion: '6.0'\ndependencies:\n  a:\n    specifier: ^1\n    version: 1.0.0\n",
        "pnpm-lock.yaml",
    )

    assert (five.direct, six.direct) == ({"a": "^1"}, {"a": "^1"})


def test_classic_yarn_is_compared_by_its_keys(tmp_path: Path) -> None:
    lock = """\
        # yarn lockfile v1


        "@s/a@^1.0.0", "@s/a@^1.1.0":
          version "1.2.0"

        b@^1.0.0:
          version "1.0.0"
        """
    text = json.dumps(
        {
            "dependencies": {"@s/a": "^1.1.0", "b": "^2.0.0", "c": "link:./c", "gone": "1", "pinned": "^3"},
            "resolutions": {"**/pinned": "1.0.0"},
        }
    )
    package = found(tmp_path, **{"package.json": text, "yarn.lock": lock})["package.json"]

    assert told(package) == [("b", "^2.0.0", "^1.0.0", True), ("gone", "1", None, True)]
    assert package.lockfile
    assert package.lockfile.packages["@s/a"] == ("1.2.0",)


def test_berry_is_compared_by_its_workspaces(tmp_path: Path) -> None:
    lock = """\
        __metadata:
          version: 8

        "a@npm:^1.0.0":
          version: 1.0.0
          resolution: "a@npm:1.0.0"

        "x@workspace:.":
          version: 0.0.0-use.local
          resolution: "x@workspace:."
          dependencies:
            a: "npm:^1.0.0"
            b: "npm:real@^2"
            c: "workspace:*"
        """
    same = manifest(a="^1.0.0", b="npm:real@^2", c="workspace:*")
    other = manifest(a="^1.5.0", b="npm:real@^2", c="workspace:*")
    package = found(tmp_path, **{"package.json": same, "yarn.lock": lock})["package.json"]

    assert step(package) == []
    assert told(found(tmp_path, **{"package.json": other})["package.json"]) == [("a", "^1.5.0", "^1.0.0", True)]


def test_bun_is_compared_by_its_workspaces(tmp_path: Path) -> None:
    lock = '{"workspaces": {"": {"dependencies": {"a": "^1",},},}, "packages": {"a": ["a@1.0.0", "", {}, ""],}}'
    package = found(tmp_path, **{"package.json": manifest(a="^2"), "bun.lock": lock})["package.json"]

    assert told(package) == [("a", "^2", "^1", True)]


UV = """\
    version = 1
    [[package]]
    name = "api"
    source = { virtual = "." }
    [package.metadata]
    requires-dist = [
        { name = "fast-api", extras = ["standard"], specifier = ">=0.1,<1" },
        { name = "lib", editable = "lib" },
    ]
    [package.metadata.requires-dev]
    dev = [{ name = "pytest", specifier = ">=8" }]
    [[package]]
    name = "pytest"
    version = "8.1"
    source = { registry = "x" }
    """
PYPROJECT = """\
    [project]
    name = "api"
    dependencies = ["Fast_API[standard]<1, >=0.1", "lib"]
    [dependency-groups]
    dev = ["pytest>=8"]
    [tool.uv.sources]
    lib = {workspace = true}
    """


def test_uv_is_compared_with_what_it_recorded(tmp_path: Path) -> None:
    good = found(tmp_path, **{"pyproject.toml": PYPROJECT, "uv.lock": UV})["pyproject.toml"]
    changed = PYPROJECT.replace("pytest>=8", "pytest>=9", 1).replace('"lib"', '"lib", "new"')
    bad = found(tmp_path, **{"pyproject.toml": changed})["pyproject.toml"]

    assert step(good) == []
    assert told(bad) == [("new", "", None, True), ("pytest", ">=9", ">=8", True)]


POETRY_1 = """\
    [tool.poetry]
    name = "x"
    version = "1"
    description = ""
    authors = []
    [tool.poetry.dependencies]
    python = "^3.11"
    a = "^1.2"
    """
POETRY_2 = """\
    [project]
    name = "x"
    version = "1"
    requires-python = ">=3.11"
    dependencies = ["a>=1.2"]
    [dependency-groups]
    dev = ["b"]
    [tool.poetry.group.x.dependencies]
    c = "1"
    """


@pytest.mark.parametrize(
    ("text", "version", "digest", "expected"),
    [
        # The digests are those that Poetry writes for these manifests.
        (POETRY_1, "0.9", "a4498a66b9a35b7e52729afea6bfa770792633b1090bef1f98e628dc3b859dd9", []),
        (POETRY_2, "0.9", "0724e674a7f0a5b3f0d6746e93157bbfb96c040fbe7cf9d5bdde8f7b8c7c9db9", []),
        (POETRY_1, "1.5", "another", None),
        (POETRY_1, "0.9", "another", ["a"]),
        (POETRY_2, "1.5", "another", ["b", "c"]),
    ],
)
def test_poetry_is_judged_by_its_hash_or_else_by_versions(
    tmp_path: Path, text: str, version: str, digest: str, expected: list[str] | None
) -> None:
    lock = f'[[package]]\nname = "a"\nversion = "{version}"\n[metadata]\ncontent-hash = "{digest}"\n'
    found_step = step(found(tmp_path, **{"pyproject.toml": text, "poetry.lock": lock})["pyproject.toml"])

    assert (None if found_step is None else [m.name for m in found_step]) == expected


def test_pipenv_is_judged_by_versions_where_the_hash_differs(tmp_path: Path) -> None:
    lock = json.dumps({"_meta": {"hash": {"sha256": "x"}}, "default": {"a": {"version": "==1.0"}}})
    package = found(tmp_path, **{"Pipfile": '[packages]\na = ">=2"\n', "Pipfile.lock": lock})["Pipfile"]

    assert [m.name for m in step(package) or []] == ["a"]


def test_pipenv_is_in_step_where_the_hash_agrees(tmp_path: Path) -> None:
    text = """\
        [[source]]
        name = "pypi"
        url = "https://pypi.org/simple"
        verify_ssl = true
        [packages]
        a = ">=2"
        [dev-packages]
        [requires]
        python_version = "3.11"
        """
    # The digest is the one that Pipenv writes for this Pipfile.
    digest = "837989a16b8020e97f01eec4cfba7c6cf0693929b5c1929d29fd7fcb9538687e"
    lock = json.dumps({"_meta": {"hash": {"sha256": digest}}, "default": {}})

    assert step(found(tmp_path, **{"Pipfile": text, "Pipfile.lock": lock})["Pipfile"]) == []


def test_pinned_requirements_lock_themselves_and_their_source(tmp_path: Path) -> None:
    all_ = found(
        tmp_path,
        **{
            "requirements.in": "a>=2\nb\n",
            "requirements.txt": "a==1.0\nb==1.0\n",
            "loose-requirements.txt": "a>=1\n",
        },
    )

    assert step(all_["requirements.txt"]) == []
    assert told(all_["requirements.in"]) == [("a", ">=2", "1.0", True)]
    assert all_["loose-requirements.txt"].lockfile is None


def test_go_requirements_need_a_sum(tmp_path: Path) -> None:
    modules = "a.com/a v1.0.0\nb.com/b v1.0.0\nc.com/c v1.0.0 // indirect\nd.com/d v1.0.0\n"
    mod = f"module x\nrequire (\n{modules})\n"
    text = f"{mod}replace d.com/d => ../d\n"
    sums = "a.com/a v1.0.0 h1:x=\na.com/a v1.0.0/go.mod h1:y=\nb.com/b v0.9.0/go.mod h1:z=\n"
    package = found(tmp_path, **{"go.mod": text, "go.sum": sums})["go.mod"]

    assert told(package) == [("b.com/b", "v1.0.0", "v0.9.0", True)]


def test_cargo_needs_every_dependency_at_a_version_that_fits(tmp_path: Path) -> None:
    lock = """\
        version = 3
        [[package]]
        name = "x"
        version = "0.1.0"
        dependencies = ["a", "b 2.0.0"]
        [[package]]
        name = "a"
        version = "1.4.0"
        source = "registry"
        """
    text = '[package]\nname = "x"\n[dependencies]\na = "1.2"\nb = "1"\nc = "1"\n'
    package = found(tmp_path, **{"Cargo.toml": text, "Cargo.lock": lock})["Cargo.toml"]

    assert told(package) == [("b", "1", "2.0.0", True), ("c", "1", None, True)]


def test_the_manager_says_which_of_several_lockfiles_holds(tmp_path: Path) -> None:
    package = found(
        tmp_path,
        **{
            "package.json": '{"packageManager": "yarn@1.22.0"}',
            "package-lock.json": npm_lock({}),
            "yarn.lock": "# yarn lockfile v1\n",
        },
    )["package.json"]

    assert [lock.path for lock in package.lockfiles] == ["yarn.lock", "package-lock.json"]
    assert package.manager == "yarn"


def test_what_cannot_be_read_leaves_it_open(tmp_path: Path) -> None:
    package = found(tmp_path, **{"package.json": manifest(a="1"), "package-lock.json": "{"})["package.json"]

    assert package.lockfile
    assert package.lockfile.error is not None
    assert step(package) is None
    assert gradle("a:b:1.0=compile\n", "gradle.lockfile").packages == {"a:b": ("1.0",)}


@given(st.text(alphabet="{}[]\":,ab1 \n='@", max_size=60))
def test_no_text_raises(text: str) -> None:
    made = [make(text, "x") for make in (npm, pnpm, yarn, bun, uv, go_sum, cargo, gradle)]
    made += [poetry(text, "x", lambda _: text), pipenv(text, "x", lambda _: text)]

    assert all(lock.path == "x" for lock in made)
