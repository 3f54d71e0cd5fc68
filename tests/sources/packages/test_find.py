"""Package manifests: what they declare, and the workspaces that they form."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.formats.documents import Documents, parse
from kit.sources.packages import find as packages
from kit.sources.packages.jvm import gradle, pom
from kit.sources.packages.model import Package, matches
from kit.sources.packages.npm import parse as parse_npm
from kit.sources.packages.other import cargo, csproj, go_mod, go_work
from kit.sources.packages.python import pipfile, pyproject, requirements, setup_cfg, setup_py
from kit.sources.tree.files import FileIndex


def found(root: Path, **texts: str) -> dict[str, Package]:
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    files = FileIndex.of(root)
    return {p.path: p for p in packages.find(files, Documents(files))}


def declared(package: Package) -> list[tuple[str, str, str]]:
    return [(d.name, d.spec, d.kind) for d in package.dependencies]


def test_a_package_json_has_dependencies_scripts_and_manager() -> None:
    text = """\
        {
          "name": "web", "version": "1.0.0", "private": true,
          "packageManager": "pnpm@9.1.0",
          "engines": {"node": ">=20"},
          "bin": {"x": "x.js"},
          "scripts": {"build": "tsc"},
          "dependencies": {"a": "^1"},
          "devDependencies": {"b": "catalog:"},
          "peerDependencies": {"c": "*"},
          "workspaces": {"packages": ["apps/*"]}
        }
        """
    package = parse_npm(parse(dedent(text), "web/package.json"))

    assert declared(package) == [("a", "^1", "prod"), ("b", "catalog:", "dev"), ("c", "*", "peer")]
    assert (package.dir, package.manager, package.private) == ("web", "pnpm", True)
    assert (package.scripts["build"].line, package.dependencies[0].at.line) == (6, 7)
    assert package.workspaces == ("apps/*",)
    assert package.entrypoints[0][:2] == ("bin:x", "x.js")
    assert package.depends_on("gone", "B") is package.dependencies[1]


def test_a_broken_package_json_is_a_fact() -> None:
    assert parse_npm(parse('{"name": ', "package.json")).error is not None
    assert parse_npm(parse('{"dependencies": [1], "scripts": 3}', "package.json")).dependencies == ()


def test_a_pyproject_of_every_fashion_is_read() -> None:
    text = """\
        [project]
        name = "api"
        requires-python = ">=3.11"
        dependencies = ["fastapi[standard]<1,>=0.1; python_version > '3'", "x @ https://e.com/x.whl"]
        [project.optional-dependencies]
        pg = ["psycopg>=3"]
        [project.scripts]
        api = "api:main"
        [dependency-groups]
        dev = ["pytest>=8", {include-group = "lint"}]
        [tool.taskipy.tasks]
        lint = "ruff check"
        [tool.uv.workspace]
        members = ["libs/*"]
        """
    package = pyproject(parse(dedent(text), "pyproject.toml"))

    assert declared(package) == [
        ("fastapi", "<1,>=0.1", "prod"),
        ("x", "@ https://e.com/x.whl", "prod"),
        ("psycopg", ">=3", "optional"),
        ("pytest", ">=8", "dev"),
    ]
    assert (package.manager, package.workspaces, set(package.scripts)) == ("uv", ("libs/*",), {"lint"})
    assert package.engines == {"python": ">=3.11"}


def test_poetry_is_read() -> None:
    text = """\
        [tool.poetry]
        name = "api"
        [tool.poetry.dependencies]
        python = "^3.11"
        a = "^1"
        b = {version = "~2", optional = true}
        c = {git = "https://e.com/c"}
        [tool.poetry.group.dev.dependencies]
        d = "*"
        """
    package = pyproject(parse(dedent(text), "pyproject.toml"))

    assert declared(package) == [
        ("a", "^1", "prod"),
        ("b", "~2", "optional"),
        ("c", "git:https://e.com/c", "prod"),
        ("d", "*", "dev"),
    ]
    assert package.manager == "poetry"


def test_requirements_take_in_what_they_include(tmp_path: Path) -> None:
    package = found(
        tmp_path,
        **{
            "requirements/base.txt": "a==1  # why\nb[x]>=2,<3 ; os_name > '3' \\\n  --hash=sha256:00\n",
            "requirements/dev.txt": "-r base.txt\n-r gone.txt\n--index-url https://e.com\n-e .\nc\n",
        },
    )["requirements/dev.txt"]

    assert declared(package) == [("a", "==1", "dev"), ("b", ">=2,<3", "dev"), ("c", "", "dev")]
    assert [(d.at.path, d.at.line) for d in package.dependencies][1] == ("requirements/base.txt", 2)
    assert [p.message for p in package.problems] == ["includes gone.txt, which is not in the project"]


def test_requirements_that_include_each_other_end() -> None:
    assert requirements(
        "-r requirements.txt\na\n", "requirements.txt", lambda _: "-r requirements.txt\na\n"
    ).dependencies


def test_older_python_manifests_are_read_in_outline() -> None:
    cfg = setup_cfg(
        "[metadata]\nname = x\n[options]\ninstall_requires =\n    a>=1\n    b\nzip_safe = no\n", "setup.cfg"
    )
    script = setup_py("from setuptools import setup\nsetup(name='x', install_requires=['a>=1', V])\n", "setup.py")
    pip = pipfile(parse('[packages]\na = "*"\n[dev-packages]\nb = {version = "==1"}\n', "Pipfile"))

    assert (cfg.name, declared(cfg)) == ("x", [("a", ">=1", "prod"), ("b", "", "prod")])
    assert (script.name, declared(script)) == ("x", [("a", ">=1", "prod")])
    assert declared(pip) == [("a", "*", "prod"), ("b", "==1", "dev")]
    assert setup_py("def (", "setup.py").error is not None


def test_go_modules_are_read() -> None:
    text = dedent(
        """\
        module example.com/x // why

        go 1.22

        require a.com/a v1.0.0
        require (
            b.com/b v2.0.0 // indirect
        )
        replace a.com/a => ../a
        """
    )
    package = go_mod(text, "go.mod")

    assert [(d.name, d.spec, d.group, d.at.line) for d in package.dependencies] == [
        ("a.com/a", "v1.0.0", None, 5),
        ("b.com/b", "v2.0.0", "indirect", 7),
    ]
    assert package.engines == {"go": "1.22"}
    assert go_work("go 1.22\nuse (\n  ./a\n  b\n)\n", "go.work") == ("a", "b")


def test_maven_takes_versions_from_its_parent() -> None:
    parent = """\
        <project><artifactId>parent</artifactId><groupId>g</groupId><version>1</version>
          <properties><a.version>3</a.version></properties>
          <dependencyManagement><dependencies><dependency>
            <groupId>g</groupId><artifactId>a</artifactId><version>${a.version}</version>
          </dependency></dependencies></dependencyManagement>
          <modules><module>api</module></modules>
        </project>"""
    child = """\
        <project><parent><artifactId>parent</artifactId><groupId>g</groupId></parent><artifactId>api</artifactId>
          <dependencies>
            <dependency><groupId>g</groupId><artifactId>a</artifactId></dependency>
            <dependency><groupId>g</groupId><artifactId>t</artifactId><scope>test</scope></dependency>
          </dependencies>
        </project>"""
    package = pom(child, "api/pom.xml", {"pom.xml": parent}.get)

    assert (package.name, declared(package)) == ("g:api", [("g:a", "3", "prod"), ("g:t", "", "dev")])
    assert package.dependencies[0].at.line == 3
    assert pom(parent, "pom.xml").workspaces == ("api",)


def test_gradle_is_read_in_outline() -> None:
    text = """\
        dependencies {
            implementation 'g:a:1.0'
            testImplementation("g:b:2.0")
            implementation platform("g:bom:3")
            implementation project(':lib')
            // implementation 'g:no:1'
            api libs.okhttp
        }
        """
    package = gradle(dedent(text), "build.gradle", "rootProject.name = 'x'\ninclude ':lib', 'api'\n")

    assert declared(package) == [
        ("g:a", "1.0", "prod"),
        ("g:b", "2.0", "dev"),
        ("g:bom", "3", "prod"),
        ("libs.okhttp", "", "prod"),
    ]
    assert (package.name, package.workspaces) == ("x", ("lib", "api"))


def test_cargo_takes_versions_from_its_workspace(tmp_path: Path) -> None:
    all_ = found(
        tmp_path,
        **{
            "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\nserde = "1.2"\n',
            "crates/a/Cargo.toml": """\
                [package]
                name = "a"
                [dependencies]
                serde = {workspace = true}
                y = {package = "real", version = "2"}
                [target.'cfg(unix)'.dev-dependencies]
                z = "3"
                """,
        },
    )

    assert declared(all_["crates/a/Cargo.toml"]) == [
        ("serde", "1.2", "prod"),
        ("real", "2", "prod"),
        ("z", "3", "dev"),
    ]
    assert all_["crates/a/Cargo.toml"].root == "Cargo.toml"
    assert cargo(parse("a = [", "Cargo.toml")).error is not None


def test_dotnet_projects_are_read() -> None:
    text = '<Project><ItemGroup><PackageReference Include="A" Version="1" /></ItemGroup></Project>'

    assert declared(csproj(text, "x/App.csproj")) == [("A", "1", "prod")]


def test_workspaces_know_their_members_and_their_root(tmp_path: Path) -> None:
    all_ = found(
        tmp_path,
        **{
            "package.json": "{}",
            "pnpm-workspace.yaml": "packages: ['apps/*', '!apps/old']\n",
            "pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .: {}\n",
            "apps/web/package.json": "{}",
            "apps/old/package.json": "{}",
            "apps/web/deep/package.json": "{}",
        },
    )

    assert all_["package.json"].members == ("apps/web",)
    assert {p.path: p.root for p in all_.values() if p.root} == {"apps/web/package.json": "package.json"}
    assert all_["apps/web/package.json"].lockfile is all_["package.json"].lockfile
    assert all_["apps/old/package.json"].lockfile is None


@pytest.mark.parametrize(
    ("pattern", "folder", "expected"),
    [
        ("apps/*", "apps/a", True),
        ("apps/*", "apps/a/b", False),
        ("apps/**", "apps/a/b", True),
        ("./{apps,libs}/*", "libs/a", True),
        ("a.b", "axb", False),
    ],
)
def test_workspace_patterns(pattern: str, folder: str, expected: bool) -> None:
    assert matches(pattern, folder) is expected


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    made = [
        requirements(text, "requirements.txt"),
        setup_cfg(text, "setup.cfg"),
        setup_py(text, "setup.py"),
        go_mod(text, "go.mod"),
        pom(text, "pom.xml"),
        gradle(text, "build.gradle", text),
        csproj(text, "a.csproj"),
    ]

    assert all(isinstance(package, Package) for package in made)


def test_a_version_catalog_says_what_aliases_mean(tmp_path: Path) -> None:
    (tmp_path / "gradle").mkdir()
    (tmp_path / "gradle/libs.versions.toml").write_text(
        '[versions]\njjwt = "0.12.6"\n\n[libraries]\n'
        'jjwt-api = { module = "io.jsonwebtoken:jjwt-api", version.ref = "jjwt" }\n'
        'spring_web = { group = "org.springframework.boot", name = "spring-boot-starter-web" }\n'
        'short = "com.example:short:1.2"\n\n[bundles]\nall = ["jjwt-api", "short", "unknown"]\n'
    )
    (tmp_path / "api").mkdir()
    (tmp_path / "api/build.gradle.kts").write_text(
        "dependencies {\n  implementation(libs.spring.web)\n  implementation(libs.bundles.all)\n"
        "  testImplementation(libs.not.there)\n}\n"
    )

    files = FileIndex.of(tmp_path)
    [package] = packages.find(files, Documents(files))

    assert [(d.name, d.spec, d.kind) for d in package.dependencies] == [
        ("org.springframework.boot:spring-boot-starter-web", "", "prod"),
        ("io.jsonwebtoken:jjwt-api", "0.12.6", "prod"),
        ("com.example:short", "1.2", "prod"),
        ("libs.not.there", "", "dev"),
    ]
