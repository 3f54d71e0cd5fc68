"""A project that wants to be run: in every place where some tool executes something, a command that leaves a mark."""

from __future__ import annotations

import json
from pathlib import Path

SHADOWED = (
    "yaml", "pandas", "plotly", "kit", "json", "re", "click", "papermill", "nbformat", "IPython", "ipykernel", "ipykernel_launcher", "numpy",
    "sitecustomize", "usercustomize", "conftest", "setup", "typing", "detect_secrets", "rich", "jinja2", "pydantic",
)  # fmt: skip
"""Modules of Python that lie beside the project's own: whoever imports from the working folder runs them."""


def plant(project: Path, fired: Path) -> None:
    """Write the project; whatever of it runs leaves a file in `fired`."""
    for path, text in _files(fired).items():
        place = project / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
        place.chmod(0o755)


def _python(fired: Path, name: str) -> str:
    return f"open({str(fired / name)!r}, 'w').close()\n"


def _shell(fired: Path, name: str) -> str:
    return f"touch {fired / name}"


def _script(fired: Path, name: str) -> str:
    return f"#!/bin/sh\n{_shell(fired, name)}\n"


def _js(fired: Path, name: str) -> str:
    return f"require('fs').writeFileSync({json.dumps(str(fired / name))}, ''); module.exports = {{}};\n"


def _files(fired: Path) -> dict[str, str]:
    return {
        **{f"{name}.py": _python(fired, f"module-{name}") for name in SHADOWED},
        **_of_python(fired),
        **_of_git(fired),
        **_of_javascript(fired),
        **_of_scanners(fired),
        **_of_others(fired),
    }


def _of_python(fired: Path) -> dict[str, str]:
    code = {"code": _python(fired, "notebook")}
    cell = {"cell_type": "code", "source": code["code"], "outputs": [], "metadata": {}, "execution_count": None}
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    return {
        "tests/conftest.py": _python(fired, "conftest"),
        "pytest.ini": "[pytest]\naddopts = -p conftest\n",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "setup"\nbackend-path = ["."]\n'
        '[tool.mypy]\nplugins = ["./setup.py"]\n',
        "pip.conf": "[global]\nindex-url = http://127.0.0.1:9/\n",
        "notebooks/01-delivery.ipynb": notebook,
        "01-delivery.ipynb": notebook,
        ".ipython/profile_default/startup/00.py": _python(fired, "ipython-startup"),
        "profile_default/startup/00.py": _python(fired, "profile-startup"),
        "ipython_config.py": _python(fired, "ipython-config"),
        "jupyter_config.py": _python(fired, "jupyter-config"),
        "jupyter_nbconvert_config.py": _python(fired, "nbconvert-config"),
        ".jupyter/jupyter_config.py": _python(fired, "jupyter-home"),
        "templates/index.html.j2": "{{ ''.__class__.__mro__[1].__subclasses__() }}{% include '/etc/passwd' %}",
        ".pth": f"import os; os.system({_shell(fired, 'pth')!r})\n",
        "tasks.py": _python(fired, "tasks"),
        "noxfile.py": _python(fired, "noxfile"),
        "alembic/env.py": _python(fired, "alembic"),
        "alembic/versions/1_a.py": _python(fired, "migration") + "def upgrade(): pass\n",
        "config.yaml": f"!!python/object/apply:os.system ['{_shell(fired, 'yaml')}']\n",
    }


def _of_git(fired: Path) -> dict[str, str]:
    hooks = ("pre-commit", "post-checkout", "post-index-change", "fsmonitor-watchman", "reference-transaction")
    config = (
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\thooksPath = .git/hooks\n"
        f"\tfsmonitor = {fired.parent}/x; {_shell(fired, 'fsmonitor')}\n\tpager = {_shell(fired, 'pager')}\n"
        f"\tsshCommand = {_shell(fired, 'ssh')}\n\teditor = {_shell(fired, 'editor')}\n"
        f'[diff "x"]\n\ttextconv = {_shell(fired, "textconv")}\n'
        f'[filter "x"]\n\tclean = {_shell(fired, "clean")}\n\tsmudge = {_shell(fired, "smudge")}\n\trequired = true\n'
        f"[alias]\n\tstatus = !{_shell(fired, 'alias')}\n\tls-files = !{_shell(fired, 'alias')}\n"
        f"[include]\n\tpath = /etc/passwd\n[credential]\n\thelper = !{_shell(fired, 'credential')}\n"
    )
    return {
        **{f".git/hooks/{name}": _script(fired, f"hook-{name}") for name in hooks},
        ".git/config": config,
        ".git/HEAD": "ref: refs/heads/main\n",
        ".git/refs/heads/main": "0" * 39 + "1\n",
        ".git/info/attributes": "* filter=x diff=x\n",
        ".gitattributes": "* filter=x diff=x merge=x\n",
        ".gitmodules": f'[submodule "a"]\n\tpath = a\n\turl = ext::sh -c "{_shell(fired, "submodule")}"\n\tupdate = !sh\n',
    }


def _of_javascript(fired: Path) -> dict[str, str]:
    lifecycle = ("preinstall", "install", "postinstall", "prepare", "test", "build", "start", "lint")
    return {
        "package.json": json.dumps({"name": "x", "scripts": {n: _shell(fired, f"npm-{n}") for n in lifecycle}}),
        ".npmrc": f"script-shell={fired}/shell\nnode-options=--require ./hook.js\nonload-script=./hook.js\n",
        **{
            name: _js(fired, name.replace("/", "-"))
            for name in (
                "hook.js", ".eslintrc.js", "eslint.config.js", "webpack.config.js", "jest.config.js", "vite.config.js",
                "babel.config.js", ".pnpmfile.cjs", ".yarn/plugins/x.cjs", "next.config.js", "prettier.config.js",
                "commitlint.config.js", "playwright.config.js", "karma.conf.js",
            )
        },
        "tsconfig.json": '{"compilerOptions": {"plugins": [{"name": "./hook.js"}]}, "extends": "./hook.js"}',
        ".yarnrc.yml": "yarnPath: ./hook.js\nplugins: [./.yarn/plugins/x.cjs]\n",
    }  # fmt: skip


def _of_scanners(fired: Path) -> dict[str, str]:
    return {
        ".hadolint.yaml": "ignored: [DL3006, DL3007]\nfailure-threshold: none\n",
        ".squawk.toml": 'excluded_rules = ["ban-drop-table"]\n',
        ".github/zizmor.yml": "rules: {unpinned-uses: {disable: true}}\n",
        "zizmor.yml": "rules: {unpinned-uses: {disable: true}}\n",
        ".secrets.baseline": '{"plugins_used": [{"name": "X", "path": "file://./setup.py"}], "results": {}}\n',
        ".checkov.yaml": "external-checks-dir: [.]\n",
        ".github/workflows/ci.yml": "on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
        f"      - uses: actions/checkout@v4\n      - run: {_shell(fired, 'workflow')}\n",
        "migrations/001.sql": f"DROP TABLE users;\n\\! {_shell(fired, 'psql')}\nCOPY a FROM PROGRAM '{_shell(fired, 'copy')}';\n",
        "Dockerfile": f"FROM node:latest\nRUN {_shell(fired, 'docker')}\nCMD {_shell(fired, 'docker-cmd')}\n",
        "hadolint": _script(fired, "bin-hadolint"), "zizmor": _script(fired, "bin-zizmor"),
        "squawk": _script(fired, "bin-squawk"), "checkov": _script(fired, "bin-checkov"), "quarto": _script(fired, "bin-quarto"),
        "git": _script(fired, "bin-git"), "node": _script(fired, "bin-node"), "python": _script(fired, "bin-python"),
    }  # fmt: skip


def _of_others(fired: Path) -> dict[str, str]:
    call = _shell(fired, "make")
    return {
        "Makefile": f"X := $(shell {call})\ndefault:\n\t{call}\n",
        "GNUmakefile": f"$(shell {call})\n",
        "Taskfile.yml": f"version: 3\nvars: {{A: {{sh: {call}}}}}\ntasks: {{default: {{cmds: [{call}]}}}}\n",
        "justfile": f"x := `{call}`\ndefault:\n  {call}\n",
        ".envrc": f"{_shell(fired, 'envrc')}\n",
        ".env": f"A=$({_shell(fired, 'env')})\nB=`{_shell(fired, 'env')}`\nPYTHONSTARTUP=./setup.py\nBASH_ENV=./deploy.sh\n",
        "deploy.sh": _script(fired, "deploy"),
        "docker-compose.yml": f"services:\n  a:\n    image: a\n    command: sh -c '{_shell(fired, 'compose')}'\n",
        "main.tf": f'data "external" "x" {{\n  program = ["sh", "-c", "{_shell(fired, "terraform")}"]\n}}\n',
        "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "chart/templates/a.yaml": '{{ env "HOME" }}{{ .Files.Get "/etc/passwd" }}{{ tpl "{{ env `HOME` }}" . }}\n',
        "kustomization.yaml": f"generators: [x.yaml]\ntransformers:\n  - |-\n    exec: {_shell(fired, 'kustomize')}\n",
        "Gemfile": f"system('{_shell(fired, 'gemfile')}')\n",
        "build.gradle": f"'{_shell(fired, 'gradle')}'.execute()\n",
        "Jenkinsfile": f"sh '{_shell(fired, 'jenkins')}'\n",
        "_quarto.yml": f"project:\n  pre-render: {_shell(fired, 'quarto')}\n",
        "index.qmd": f"```{{python}}\n{_python(fired, 'qmd')}```\n",
        "README.md": f"# x\n\n```{{python}}\n{_python(fired, 'readme')}```\n",
    }
