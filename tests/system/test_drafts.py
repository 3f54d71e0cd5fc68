"""Drafts are found by name, image and build, whatever affix a source gives them."""

from __future__ import annotations

import pytest

from kit.model import At
from kit.system.drafts import Draft, Drafts, normal
from kit.system.model import Build

HERE = At("compose.yml", 1)


def drafts_of(*names: str) -> Drafts:
    drafts = Drafts("shop")
    for name in names:
        drafts.add(Draft(name, HERE))
    return drafts


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("Api", "api"),
        ("order_service", "order-service"),
        ("api-deployment", "api"),
        ("docker-api", "api"),
        ("app", "app"),
        ("app.api", "api"),
    ],
)
def test_names_are_compared_without_what_says_only_their_kind(name: str, compared: str) -> None:
    assert normal(name) == compared


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert [d.name for d in drafts_of("api", "api", "api")] == ["api", "api-2", "api-3"]


def test_an_exact_name_wins_over_one_without_its_affix() -> None:
    drafts = drafts_of("api-service", "api")

    found = drafts.named("api")

    assert found is not None and found.name == "api"


@pytest.mark.parametrize("asked", ["orders-service", "orders_server", "shop-orders", "shop-orders-svc"])
def test_a_draft_is_found_but_for_the_project_and_the_kind_in_its_name(asked: str) -> None:
    found = drafts_of("web", "orders").named(asked)

    assert found is not None and found.name == "orders"


def test_a_draft_that_is_called_so_is_found_whatever_images_others_run() -> None:
    drafts = drafts_of("migrate", "api-server")
    drafts.all[0].images.add("api")

    assert drafts.named("api") is drafts.all[0]
    assert drafts.called("api") is drafts.all[1]
    assert drafts.called("else") is None


def test_a_draft_is_found_by_image_and_alias_and_nothing_by_an_unknown_name() -> None:
    drafts = drafts_of("a", "b")
    drafts.all[0].images.add("catalogue")
    drafts.all[1].aliases.add("basket")

    assert drafts.named("catalogue") is drafts.all[0]
    assert drafts.named("basket") is drafts.all[1]
    assert drafts.named("else", None) is None


def test_a_dockerfile_with_a_target_builds_the_drafts_of_that_target_alone() -> None:
    drafts = drafts_of("api", "worker")
    drafts.all[0].build = Build("Dockerfile", ".", HERE, "api")
    drafts.all[1].build = Build("Dockerfile", ".", HERE, "worker")

    assert [d.name for d in drafts.built_by("Dockerfile")] == ["api", "worker"]
    assert [d.name for d in drafts.built_by("Dockerfile", "worker")] == ["worker"]
    assert drafts.built_by("web/Dockerfile") == []
