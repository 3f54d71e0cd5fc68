"""What a file is for, by its path and first lines; the environment and language that its path names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import takewhile
from pathlib import PurePosixPath

from kit.model import FileClass

HEAD_CHARACTERS = 4096


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VENDORED = _words(
    "node_modules bower_components jspm_packages third_party third-party thirdparty "
    "site-packages .venv venv virtualenv .yarn .bundle"
)
_VENDORED_NAMES = _words(
    "gradlew gradlew.bat mvnw mvnw.cmd gradle-wrapper.jar gradle-wrapper.properties maven-wrapper.jar "
    "maven-wrapper.properties"
)
_TEST = _words(
    "test tests testing __tests__ __test__ e2e cypress playwright testdata fixtures __fixtures__ __mocks__ "
    "__snapshots__ .snapshots mocks stub stubs testhelper testhelpers test_helpers test-helpers testutils testutil "
    "test_utils test-utils test-fixtures androidtest integrationtest "
    "functionaltest testfixtures loadtest loadtests"
)
_TEST_FOLDER = re.compile(
    r".+[-_](?:tests?|e2e)|tests?[-_]env(?:ironment)?s?|(?:e2e|tests?|load|integration|unit|smoke)[-_](?:tests?|e2e)"
    r"|mock[-_]?(?:apis?|servers?|services?)|.+\.(?:[a-z]{0,20}tests?|specs)|testbase"
)
_EXAMPLE = _words(
    "example examples sample samples demo demos tutorial tutorials cookbook playground playgrounds "
    "quickstart quickstarts showcase"
)
_EXAMPLES = ("-examples", "_examples", "-samples", "_samples")
_DOCUMENTATION = _words("docs doc documentation handbook javadoc apidocs wiki adr adrs rfcs man")
_SOURCE_ROOTS = _words("src app lib pkg internal cmd main java kotlin source")
_SERVICE_ROOTS = _words("apps services packages modules projects microservices")
_PIPELINES = _words(".github .gitea .forgejo .gitlab .circleci .buildkite .azure-pipelines .azuredevops .pipelines")
_ASSETS = _words("static public assets wwwroot")

_BUILD = _words(
    "dist .tmp .temp .next .nuxt .output .svelte-kit htmlcov .nyc_output __pycache__ cdk.out .serverless .aws-sam "
    ".turbo .parcel-cache storybook-static .angular .docusaurus .vercel"
)
_BUILD_IF_COMPILED = _words("build out target bin obj release debug coverage")
_COMPILED = _words(
    ".js .cjs .mjs .css .map .html .class .jar .war .o .so .a .dll .exe .pyc .pdb .lcov .info .wasm .woff "
    ".woff2 .ico .png .svg"
)

_GENERATED = _words("generated __generated__ .openapi-generator .prisma")
_LOCKS = _words(
    "package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb poetry.lock uv.lock "
    "pdm.lock pipfile.lock cargo.lock go.sum go.work.sum composer.lock gemfile.lock gopkg.lock mix.lock "
    "pubspec.lock packages.lock.json gradle.lockfile .terraform.lock.hcl flake.lock chart.lock deno.lock "
    "podfile.lock"
)

_CODE = "py|[cm]?[jt]sx?|go|java|kt|rb|php|cs|rs|swift|scala|exs?|groovy|vue|svelte|sh|http|snap"
_TEST_NAME = re.compile(
    rf".+\.(?:(?!latest)[a-z]*tests?|spec|cy|e2e|e2e-spec|unit|pact)\.(?:{_CODE})"
    rf"|(?:.+_mocks?|mocks?_.+)\.(?:go|py)|.+\.mocks?\.(?:{_CODE})"
    r"|.+_test\.(?:go|py|rb|dart|ex|exs|cc|cpp|rs)|.+_spec\.rb|test_.+\.(?:py|rb|sh)|conftest\.py|tests\.py"
    rf"|test[_-]?(?:helpers?|utils?|support|setup)\.(?:{_CODE})|spec_helper\.rb|rails_helper\.rb"
    rf"|(?:setup[_-]?tests?|(?:vitest|jest|mocha|playwright|cypress)[._-](?:global[._-])?(?:setup|teardown))\.(?:{_CODE})"
    r"|.+\.snap|.+\.feature|.+\.tests?\.dockerfile"
    r"|(?:docker-)?compose[._-](?:.+[._-])?(?:tests?|e2e)\.ya?ml|dockerfile[._-](?:tests?|e2e)|\.env\.test(?:s|ing)?"
    r"|phpunit(?:\..+)?\.xml(?:\.dist)?"
)
_TEST_CAMEL = re.compile(r".*[a-z0-9](?:Tests?|IT|ITCase|Spec|TestCase)\.(?:java|kt|kts|scala|groovy|cs|php|swift)")
_DOCUMENTATION_NAME = re.compile(
    r".+\.(?:md|mdx|markdown|rst|adoc|asciidoc|textile)|(?:readme|license|licence|copying|notice|changelog|changes"
    r"|history|authors|contributors|contributing|code_of_conduct|security|support|todo|maintainers)(?:\.txt)?"
)
_CONTRACT_NAME = re.compile(r"(?:.*[._-])?(?:openapi|swagger|asyncapi)(?:[._-].*)?\.(?:ya?ml|json)")
_GENERATED_NAME = re.compile(
    r".+\.pb\.(?:go|cc|h|ts|js)|.+_pb2(?:_grpc)?\.pyi?|.+_pb\.(?:js|ts|d\.ts)|.+_grpc\.pb\.go|.+\.g\.(?:dart|cs|ts)"
    r"|.+\.gen\.(?:go|ts|tsx|js|py)|.+[._]generated\.\w+|zz_generated\..+|.+\.designer\.cs"
    r"|project\.assets\.json|.+\.nuget\.(?:dgspec\.json|g\.(?:props|targets))"
    r"|.+\.min\.(?:js|css|mjs)|.+\.bundle\.js|.+\.(?:js|css|mjs|cjs)\.map"
)
_COMMENT = re.compile(r"^\s*(?://|/\*|\*|#|<!--|--|;|\"\"\"|'''|%|REM\b|\{/\*)")
_MARKER = re.compile(r"\bcode generated\b.{0,200}\bdo not edit\b|@generated\b|<auto-?generated", re.IGNORECASE)
_BY_PROGRAM = re.compile(
    r"auto-?\s?generated|automatically generated|\bgenerated (?:by|from|with|file|code)\b|is generated\b",
    re.IGNORECASE,
)
_HANDS_OFF = re.compile(
    r"do\s+not\s+(?:manually\s+)?(?:edit|modify|change)|don'?t\s+(?:edit|modify)|not be edited"
    r"|any (?:manual )?changes will be",
    re.IGNORECASE,
)
HEADER_LINES = 15

_ENVIRONMENT_WORDS = {
    "development": "development dev devel develop local debug devcontainer minikube kind k3d tilt override",
    "test": "test tests testing ci e2e",
    "staging": "stage staging stg uat qa preview preprod nonprod sandbox acceptance acc",
    "production": "production prod prd live",
}
_ENVIRONMENT = {word: name for name, words in _ENVIRONMENT_WORDS.items() for word in words.split()}
_NEAR_PROD = re.compile(r"\b(pre|non)[-_.]?(?:prod(?:uction)?|prd)\b")
_SEPARATORS = re.compile(r"[^a-z0-9]+")

_LANGUAGE_SUFFIXES = {
    "python": "py pyw",
    "javascript": "js jsx mjs cjs",
    "typescript": "ts mts cts",
    "tsx": "tsx",
    "go": "go",
    "java": "java",
    "kotlin": "kt kts",
    "csharp": "cs",
    "ruby": "rb",
    "php": "php",
    "rust": "rs",
    "scala": "scala",
    "swift": "swift",
    "c": "c h",
    "cpp": "cc cpp cxx hpp",
    "elixir": "ex exs",
    "dart": "dart",
    "vue": "vue",
    "svelte": "svelte",
    "shell": "sh bash",
    "powershell": "ps1",
    "sql": "sql",
    "groovy": "groovy",
    "lua": "lua",
}
_LANGUAGE = {f".{end}": language for language, ends in _LANGUAGE_SUFFIXES.items() for end in ends.split()}


_DELIVERED = re.compile(r"dockerfile|(?:^|/)chart\.ya?ml$|\.tf$")
"""What is the substance of a project beside code: images, charts, infrastructure."""


class Classifier:
    """Classes of paths within one project.

    Folders named `examples` and the like hold examples only where the project has code outside of them: where
    they are nearly all there is, they are the project.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        inside = outside = 0
        for path in paths:
            if language_of(path) is None and not _DELIVERED.search(path.lower()):
                continue
            kind = class_by_path(path)
            inside += kind is FileClass.EXAMPLE
            outside += kind is FileClass.PRODUCTION and path.count("/") > 0
        self.examples_are_the_project = inside > 20 * outside

    def class_of(self, path: str, head: str = "") -> FileClass:
        """The class of the path; `head`, its first characters, tells what is generated or minified."""
        kind = class_by_path(path)
        if kind is FileClass.EXAMPLE and self.examples_are_the_project:
            kind = class_by_path(path, examples=False)
        if kind is FileClass.PRODUCTION and (is_generated(head) or is_minified(path, head)):
            return FileClass.GENERATED
        if kind is FileClass.PRODUCTION and path.endswith((".yml", ".yaml")) and _IS_EXAMPLE.search(_top(head)):
            return FileClass.EXAMPLE
        return kind


@lru_cache(maxsize=65536)
def class_by_path(path: str, *, examples: bool = True) -> FileClass:
    """The class that the path tells: a vendored library's test is vendored, a test's document a test."""
    pure = PurePosixPath(path)
    name, folders = pure.name.lower(), tuple(part.lower() for part in pure.parts[:-1])
    if _vendored(name, folders):
        return FileClass.VENDORED
    if name in _LOCKS or _GENERATED & set(folders) or _GENERATED_NAME.fullmatch(name):
        return FileClass.GENERATED
    if _build_output(pure.suffix.lower(), folders):
        return FileClass.BUILD
    if folders[:1] and folders[0] in _PIPELINES:
        return FileClass.DOCUMENTATION if _DOCUMENTATION_NAME.fullmatch(name) else FileClass.PRODUCTION
    return _by_purpose(pure.name, folders, examples=examples)


def _by_purpose(name: str, folders: tuple[str, ...], *, examples: bool) -> FileClass:
    lower = name.lower()
    if _test(name, folders):
        return FileClass.TEST
    if examples and _example(lower, folders):
        return FileClass.EXAMPLE
    # A published API specification is part of the system wherever it is kept.
    if _CONTRACT_NAME.fullmatch(lower):
        return FileClass.PRODUCTION
    if _DOCUMENTATION_NAME.fullmatch(lower) or _documentation(folders):
        return FileClass.DOCUMENTATION
    return FileClass.PRODUCTION


def _test(name: str, folders: tuple[str, ...]) -> bool:
    if _TEST_NAME.fullmatch(name.lower()) or _TEST_CAMEL.fullmatch(name):
        return True
    if any(folder in _TEST or _TEST_FOLDER.fullmatch(folder) for folder in folders):
        return True
    return "spec" in folders and name.endswith((".rb", ".js", ".ts", ".jsx", ".tsx", ".php"))


_SERVED = frozenset({"public", "static", "wwwroot"})
_OF_PAGES = frozenset({"plugins", "libs"})


def _vendored(name: str, folders: tuple[str, ...]) -> bool:
    if name in _VENDORED_NAMES or _VENDORED & set(folders):
        return True
    # Plain scripts that pages load, `public/js/plugins/...`, come from others; a project's own are modules elsewhere.
    served = next((place for place, folder in enumerate(folders) if folder in _SERVED), None)
    if served is not None and name.endswith((".js", ".css")) and _OF_PAGES & set(folders[served + 1 :]):
        return True
    # "vendor" below source code is a word of the trade (a seller), unless it is below assets.
    if "vendor" not in folders:
        return False
    above = set(folders[: folders.index("vendor")])
    return not above & _SOURCE_ROOTS or bool(above & _ASSETS)


def _build_output(suffix: str, folders: tuple[str, ...]) -> bool:
    if _BUILD & set(folders) or any(f.endswith(".egg-info") or f.startswith((".next_", ".next-")) for f in folders):
        return True
    return suffix in _COMPILED and bool(_BUILD_IF_COMPILED & set(folders)) and not _SOURCE_ROOTS & set(folders)


def _example(name: str, folders: tuple[str, ...]) -> bool:
    if re.search(r"\.(?:stories|story)\.\w+$", name):
        return True
    for place, folder in enumerate(folders):
        if folder in _SOURCE_ROOTS:
            return False
        # `services/demo` is a service of that name; `services/demos` holds demos.
        a_service = bool(place) and folders[place - 1] in _SERVICE_ROOTS and not folder.endswith("s")
        shown = folder in _EXAMPLE or (folder == "scenarios" and not place)
        if (shown and not a_service) or folder.endswith(_EXAMPLES):
            return True
    return False


def _documentation(folders: tuple[str, ...]) -> bool:
    for folder in folders:
        if folder in _SOURCE_ROOTS:
            return False
        if folder in _DOCUMENTATION or folder.endswith(("-docs", "_docs")):
            return True
    return False


_IS_EXAMPLE = re.compile(
    r"\b(?:this|it)(?: file| manifest)? is (?:only |just |merely )?an? (?:\w+ )?(?:example|sample)\b(?! of what)"
    r"|\b(?:only|just) an example\b|\bexample only\b",
    re.IGNORECASE,
)


def _top(head: str) -> str:
    """The comment that a file begins with."""
    return " ".join(takewhile(_COMMENT.match, head.split("\n")[:HEADER_LINES]))[:2000]


def is_generated(head: str) -> bool:
    """Whether the first lines say, in a comment, that a program wrote the file and people should not."""
    lines = [line for line in head.split("\n")[:HEADER_LINES] if _COMMENT.match(line)]
    comment = " ".join(line[:400] for line in lines)
    if _MARKER.search(comment):
        return True
    return bool(_BY_PROGRAM.search(comment) and _HANDS_OFF.search(comment))


def is_minified(path: str, head: str) -> bool:
    """Whether a script or style sheet stands in lines that nobody writes."""
    if not path.lower().endswith((".js", ".mjs", ".cjs", ".css")) or len(head) < 2000:
        return False
    longest = max(head.split("\n"), key=len)
    return len(longest) > 1500 and longest.count(" ") < len(longest) / 8


@lru_cache(maxsize=65536)
def environment_of(path: str) -> str:
    """The environment that the path's words name, the deepest first: "development", "test", "staging",
    "production"; "unknown" where none or more than one is named."""
    for part in reversed(path.lower().split("/")):
        words = _SEPARATORS.split(_NEAR_PROD.sub(r"\1prod", part.replace("_", "-")))
        named = {_ENVIRONMENT[word] for word in words if word in _ENVIRONMENT}
        if named:
            return named.pop() if len(named) == 1 else "unknown"
    return "unknown"


def language_of(path: str) -> str | None:
    """The programming language by the name's end: "python", "typescript", "tsx" ...; None for no code."""
    return _LANGUAGE.get(PurePosixPath(path).suffix.lower())
