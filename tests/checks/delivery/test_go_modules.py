"""Modules of Go that code imports and go.mod does not require."""

from __future__ import annotations

from conftest import Look

FILES = {
    "go.mod": """
        module example.com/shop

        go 1.22

        require (
            github.com/go-chi/chi/v5 v5.0.12
            golang.org/x/text v0.14.0 // indirect
        )
        """,
    "main.go": """
        package main

        import (
            "net/http"

            "example.com/shop/orders"
            "github.com/go-chi/chi/v5/middleware"
            "golang.org/x/text/language"
        )

        func main() { http.ListenAndServe(":80", orders.Routes(middleware.Logger, language.English)) }
        """,
    "orders/orders.go": "package orders\n",
    "Dockerfile": "FROM golang:1.22\nCOPY . .\nRUN go build -o /shop .\nCMD [\"/shop\"]\n",
}  # fmt: skip
REDIS = 'package main\n\nimport "github.com/redis/go-redis/v9"\n\nvar client = redis.NewClient(nil)\n'


def test_a_package_that_no_module_provides_ends_the_build(look: Look) -> None:
    seen = look("DEL-037", {**FILES, "cache.go": REDIS})

    assert seen.failed == ["cache.go:3"]
    assert "github.com/redis/go-redis/v9" in seen.text


def test_required_own_and_standard_packages_hold(look: Look) -> None:
    assert look("DEL-037", FILES).outcomes == ["pass"]


def test_vendored_modules_workspaces_and_conditional_files_are_left_out(look: Look) -> None:
    assert look("DEL-037", {**FILES, "cache.go": REDIS, "vendor/modules.txt": "# x\n"}).failed == []
    assert (
        look("DEL-037", {**FILES, "cache.go": "//go:build redis\n\n" + REDIS, "more.go": "package main\n"}).failed == []
    )
    assert look("DEL-037", {**FILES, "more.go": REDIS, "go.work": "go 1.22\nuse .\n"}).failed == []
