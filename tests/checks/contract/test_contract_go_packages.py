"""Packages of Go that listen or serve, and the programs that take them in."""

from __future__ import annotations

import pytest
from conftest import Look

READER = 'package kafka\n\nimport "github.com/segmentio/kafka-go"\n\nfunc Listen() {\n\tr := kafka.NewReader(kafka.ReaderConfig{Topic: "orders"})\n\t_ = r\n}\n'
MAIN = "package main\n\n%s\nfunc main() {\n\t%s\n}\n"


def shop(main: str, **more: str) -> dict[str, str]:
    return {"go.mod": "module example.com/shop\n\ngo 1.23\n", "main.go": main, "kafka/consumer.go": READER, **more}


def test_a_consumer_that_no_program_imports_is_told(look: Look) -> None:
    seen = look("CTR-016", shop(MAIN % ('import "fmt"\n', "fmt.Println()")))

    assert seen.failed == ["kafka/consumer.go:6"]
    assert "No program imports the package kafka" in seen.text


@pytest.mark.parametrize(
    "files",
    [
        shop(MAIN % ('import "example.com/shop/kafka"\n', "kafka.Listen()")),
        shop(
            MAIN % ('import "example.com/shop/app"\n', "app.Run()"),
            **{"app/app.go": 'package app\n\nimport "example.com/shop/kafka"\n\nfunc Run() { kafka.Listen() }\n'},
        ),
        shop(MAIN % ("", "run()"), **{"worker/main.go": MAIN % ('import _ "example.com/shop/kafka"\n', "run()")}),
    ],
)
def test_what_a_program_leads_to_runs(look: Look, files: dict[str, str]) -> None:
    assert not look("CTR-016", files).failed


def test_a_module_without_a_program_is_a_library(look: Look) -> None:
    files = {path: text for path, text in shop("").items() if path != "main.go"}

    assert not look("CTR-016", files).failed


def test_packages_that_neither_listen_nor_serve_may_wait_for_others(look: Look) -> None:
    files = shop(
        MAIN % ("", "run()"), **{"kafka/consumer.go": 'package kafka\n\nfunc Name() string { return "orders" }\n'}
    )

    assert not look("CTR-016", files).failed
