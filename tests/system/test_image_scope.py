"""Which code an image is about."""

from __future__ import annotations

from pathlib import Path

from kit.project import Project


def test_an_image_of_build_output_is_about_the_package_that_is_built(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM node:22.12.0\nCOPY dist/api api\nCMD node api\n", "utf-8")
    (tmp_path / "package.json").write_text('{"name": "api"}', "utf-8")
    (tmp_path / "main.js").write_text('require("http").createServer().listen(3000);\n', "utf-8")

    services = Project(tmp_path).system.services

    assert [(s.root, [p.number for p in s.ports]) for s in services] == [(".", [3000])]


def test_an_image_that_copies_nothing_is_about_no_code(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM postgres:16.4\n", "utf-8")
    (tmp_path / "package.json").write_text('{"name": "api"}', "utf-8")

    image = next(s for s in Project(tmp_path).system.services if s.build is not None)

    assert image.root is None
