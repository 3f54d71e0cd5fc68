"""What manifests install from a folder beside them, and the context of the build."""

from __future__ import annotations

import pytest
from conftest import Look

GO = "FROM golang:1.23 AS build\nWORKDIR /app\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN go build -o /shop .\nFROM alpine:3.20\nCOPY --from=build /shop /shop\nCMD /shop\n"
COMPOSE = "services:\n  shop:\n    build: %s\n"
MODULE = "module shop\n\ngo 1.23\n\nrequire money v0.0.0\n\nreplace money => ../shared/money\n"


def shop(build: str = "./shop", dockerfile: str = GO, **more: str) -> dict[str, str]:
    return {
        "docker-compose.yml": COMPOSE % build,
        "shop/Dockerfile": dockerfile,
        "shop/go.mod": MODULE,
        "shop/go.sum": "",
        "shop/main.go": "package main\n\nfunc main() {}\n",
        "shared/money/go.mod": "module money\n",
        **more,
    }


def test_a_folder_outside_of_the_context_is_not_there(look: Look) -> None:
    seen = look("CON-025", shop())

    assert seen.failed == ["shop/go.mod:7"]
    assert "installs shared/money, which lies outside of the build context (shop)" in seen.text
    assert [f.severity.value for f in seen.findings] == ["critical"]


@pytest.mark.parametrize(
    "files",
    [
        shop("{context: ., dockerfile: shop/Dockerfile}", GO.replace("go.mod go.sum", "shop/go.mod shop/go.sum")),
        shop(dockerfile=GO.replace("RUN go mod", "COPY --from=shared money /shared/money\nRUN go mod")),
        shop(
            dockerfile=GO.replace(
                "RUN go mod", "RUN go mod edit -dropreplace money -replace money=git.example/money\nRUN go mod"
            )
        ),
        shop(**{"shop/vendor/modules.txt": "# money\n"}),
    ],
)
def test_a_wider_context_another_source_or_a_vendor_folder_hold(look: Look, files: dict[str, str]) -> None:
    assert not look("CON-025", files).failed


@pytest.mark.parametrize(
    ("manifest", "text", "runs", "line"),
    [
        ("package.json", '{\n  "dependencies": {"money": "file:../shared/money"}\n}\n', "npm ci", 2),
        ("requirements.txt", "flask==3.0.3\n-e ../shared/money\n", "pip install -r requirements.txt", 2),
        ("Cargo.toml", '[dependencies]\nmoney = { path = "../shared/money" }\n', "cargo build --release", 2),
        (
            "pom.xml",
            "<project>\n<parent><relativePath>../pom.xml</relativePath></parent>\n</project>\n",
            "mvn package",
            2,
        ),
        (
            "Shop.csproj",
            '<Project>\n<ProjectReference Include="..\\shared\\Money.csproj" />\n</Project>\n',
            "dotnet publish -o /app",
            2,
        ),
    ],
)
def test_manifests_of_every_kind_are_read(look: Look, manifest: str, text: str, runs: str, line: int) -> None:
    files = {
        "docker-compose.yml": COMPOSE % "./shop",
        "shop/Dockerfile": f"FROM acme/build:1.2\nWORKDIR /app\nCOPY {manifest} ./\nRUN {runs}\n",
        f"shop/{manifest}": text,
    }

    assert look("CON-025", files).failed == [f"shop/{manifest}:{line}"]


def test_an_image_that_installs_nothing_asks_for_nothing(look: Look) -> None:
    assert look("CON-025", shop(dockerfile="FROM alpine:3.20\nCOPY go.mod ./\nCMD sleep 1\n")).outcomes == [
        "not_applicable"
    ]


def test_one_folder_that_several_images_install_is_told_once(look: Look) -> None:
    files = shop() | {path.replace("shop/", "till/"): text for path, text in shop().items() if path.startswith("shop/")}
    files["docker-compose.yml"] += "  till:\n    build: ./till\n"

    seen = look("CON-025", files)

    assert len(seen.failed) == 1
    assert "shop, till install shared/money" in seen.text
