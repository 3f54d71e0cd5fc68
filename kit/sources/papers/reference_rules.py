"""Tables for reading commands: which options of which programs take a value, and which name a file."""

from __future__ import annotations

from dataclasses import dataclass

from kit.sources.commands.command import word_set


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A program whose first plain word is a file. `stops`: options after which none is (`-c`, `-m`)."""

    kind: str = "script"
    valued: frozenset[str] = frozenset()
    stops: frozenset[str] = frozenset()
    subcommands: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()


def _interpreter(valued: str = "", stops: str = "", subcommands: str = "", **more: str) -> Interpreter:
    return Interpreter(
        kind=more.get("kind", "script"),
        valued=word_set(valued),
        stops=word_set(stops),
        subcommands=word_set(subcommands),
        endings=tuple(more.get("endings", "").split()),
    )


_NODE_VALUED = "-r --require --loader --import --experimental-loader -C --conditions --max-old-space-size"
_TYPESCRIPT = ".ts .tsx .mts .cts .js .mjs .cjs"

INTERPRETERS: dict[str, Interpreter] = {
    "python": _interpreter("-W -X", "-m -c -V --version -h --help"),
    "node": _interpreter(_NODE_VALUED, "-e -p --eval --print -v --version --test --run -h", kind="node"),
    "tsx": _interpreter(_NODE_VALUED + " --tsconfig", "-e -p --eval --test", "watch", endings=_TYPESCRIPT),
    "ts-node": _interpreter(_NODE_VALUED + " -P --project -O --compiler-options", "-e -p --eval", endings=_TYPESCRIPT),
    "ts-node-dev": _interpreter(_NODE_VALUED + " -P --project", "-e", endings=_TYPESCRIPT),
    "nodemon": _interpreter("-e --ext -w --watch -i --ignore --delay --config", "-x --exec", endings=_TYPESCRIPT),
    "deno": _interpreter("-c --config --import-map", "eval fmt lint task test", "run", endings=_TYPESCRIPT),
    "bun": _interpreter("--env-file", "install add test build create x i", "run", endings=_TYPESCRIPT),
    "ruby": _interpreter("-r -I -C", "-e -S -v --version"),
    "php": _interpreter("-d -c -t -z", "-r -v -S -i -m --version", endings=".php"),
    "perl": _interpreter("-I -M", "-e -E -v -n -p -pe -pi -ne -i -i.bak -0pe -0777"),
    "Rscript": _interpreter("", "-e --version"),
    "sh": _interpreter("-o -O --rcfile --init-file", "-c -s -lc -ec -xc -euc -exc -ic --version"),
    "source": _interpreter(),
    ".": _interpreter(),
}

CONFIGURED: dict[str, dict[str, str]] = {
    "make": {"-C": "directory", "--directory": "directory", "-f": "makefile", "--file": "makefile"},
    "psql": {"-f": "sql", "--file": "sql"},
    "pip": {"-r": "requirements", "--requirement": "requirements", "-c": "requirements"},
    "pip3": {"-r": "requirements", "--requirement": "requirements", "-c": "requirements"},
    "uv": {"-r": "requirements", "--requirements": "requirements", "--directory": "directory"},
    "terraform": {"-chdir": "directory", "-var-file": "file"},
    "alembic": {"-c": "config", "--config": "config"},
    "gunicorn": {"-c": "config", "--config": "config", "--chdir": "directory"},
    "uvicorn": {"--env-file": "env", "--log-config": "config", "--app-dir": "directory"},
    "locust": {"-f": "script", "--locustfile": "script", "--config": "config"},
    "tsc": {"-p": "config", "--project": "config"},
    "jest": {"-c": "config", "--config": "config"},
    "vitest": {"-c": "config", "--config": "config"},
    "vite": {"-c": "config", "--config": "config"},
    "webpack": {"-c": "config", "--config": "config"},
    "rollup": {"--config": "config"},
    "eslint": {"-c": "config", "--config": "config"},
    "playwright": {"-c": "config", "--config": "config"},
    "cypress": {"--config-file": "config", "-C": "config"},
    "mocha": {"--config": "config"},
    "prisma": {"--schema": "config"},
    "mypy": {"--config-file": "config"},
    "flake8": {"--config": "config"},
    "pylint": {"--rcfile": "config"},
    "coverage": {"--rcfile": "config"},
    "pytest": {"-c": "config", "--rootdir": "directory", "--confcutdir": "directory"},
    "pre-commit": {"-c": "config", "--config": "config"},
    "prometheus": {"--config.file": "config"},
    "ansible-playbook": {"-i": "file", "--inventory": "file"},
    "mvn": {"-f": "file", "--file": "file"},
    "cargo": {"--manifest-path": "file"},
    "npm": {"--prefix": "directory"},
    "pnpm": {"-C": "directory", "--dir": "directory"},
    "yarn": {"--cwd": "directory"},
    "node": {"--env-file": "env"},
    "skaffold": {"-f": "config", "--filename": "config"},
    "golangci-lint": {"-c": "config", "--config": "config"},
    "buf": {"--config": "config"},
}

POSITIONAL: dict[str, frozenset[str]] = {
    "flags": word_set("""
        -v -vv -vvv -q -qq -s -x -sv -vs -xv -xvs -ra -rA -rs --verbose --quiet --exitfirst --lf --ff
        --sw --no-cov --no-header --no-summary --strict-markers --strict-config --disable-warnings
        --create-db --reuse-db --no-migrations --showlocals -l --push --load --pull --no-cache --rm
        --race -race -cover -short -a -i --force --check --squash --no-color -d --detach --headless
        --reload
    """),
    "pytest": word_set("-k -m -n -c -o -p -W --cov --maxfail --junitxml --cov-report --cov-config"),
    "go": word_set("-o -run -tags -ldflags -coverprofile -timeout -count -p -mod -bench -coverpkg"),
    "run": word_set("-e --env -o --out --host --port --vus -u --duration -d"),
    "files": word_set("-o --output -s -e -f -c --config --format -i --inventory -l -t --tags -u --user"),
}

KUBECTL_WRITES = word_set("apply create delete replace diff")

OUTPUTS = word_set("-o --output -O --outfile --out --out-dir --outDir --output-dir --output-file -d")
"""Options after which a command writes: what stands there exists afterwards."""

UNPACKERS = word_set("tar unzip gunzip 7z cpio rsync scp sftp git-lfs cookiecutter degit envsubst")
"""Programs after which any file may be there."""
