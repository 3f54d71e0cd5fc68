"""Image references taken apart, and what well-known images are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.system.images import Image, parse_image


@pytest.mark.parametrize(
    ("reference", "image"),
    [
        ("postgres", Image(None, "postgres", None, None)),
        ("postgres:16-alpine", Image(None, "postgres", "16-alpine", None)),
        ("docker.io/library/redis:7", Image("docker.io", "library/redis", "7", None)),
        ("localhost:5000/shop/api:1.2", Image("localhost:5000", "shop/api", "1.2", None)),
        ("ghcr.io/acme/api@sha256:ab", Image("ghcr.io", "acme/api", None, "sha256:ab")),
        ("acme/api:1@sha256:ab", Image(None, "acme/api", "1", "sha256:ab")),
    ],
)
def test_a_reference_is_taken_apart(reference: str, image: Image) -> None:
    assert parse_image(reference) == image


@pytest.mark.parametrize("reference", [None, "", "${IMAGE}", "{{ .Values.image }}", "registry.io/$NAME:1"])
def test_a_name_that_a_variable_stands_for_is_none(reference: str | None) -> None:
    assert parse_image(reference) is None


@pytest.mark.parametrize(
    ("reference", "kind", "engine"),
    [
        ("bitnami/postgresql:16", "store", "postgres"),
        ("mcr.microsoft.com/mssql/server:2022-latest", "store", "mssql"),
        ("valkey/valkey:8", "store", "redis"),
        ("nginxinc/nginx-unprivileged", "proxy", None),
        ("prom/prometheus:v3", "monitoring", None),
        ("acme/api:1", "unknown", None),
        ("acme/postgres-backup:1", "unknown", None),
    ],
)
def test_well_known_images_are_told_by_their_names(reference: str, kind: str, engine: str | None) -> None:
    image = parse_image(reference)

    assert image is not None
    assert (image.kind, image.engine) == (kind, engine)


@given(st.text(max_size=80))
def test_no_reference_breaks_the_parser(reference: str) -> None:
    image = parse_image(reference)

    assert image is None or image.name
