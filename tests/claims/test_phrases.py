from __future__ import annotations

import pytest
from pydantic import ValidationError

from kit.claims.phrases import Group, Silent, by_first_word, entries, forms_of
from kit.claims.words import cues, stems_of, words_of
from kit.registry import catalogue


def test_every_check_of_the_catalogue_says_how_people_speak_of_it() -> None:
    missing = {check.id for check in catalogue()} - entries().keys()

    assert not missing, f"no entry in kit/claims/phrases: {sorted(missing)}"


def test_no_phrase_belongs_to_a_check_that_there_is_not() -> None:
    assert entries().keys() <= {check.id for check in catalogue()}


def test_checks_of_the_same_area_stand_in_one_file_in_order() -> None:
    order = [check.id for check in catalogue()]
    named = list(entries())
    for prefix in {id[:3] for id in order}:
        ours = [id for id in named if id.startswith(prefix)]
        assert ours == sorted(ours), f"{prefix}: entries follow the ids"


def test_most_checks_are_spoken_of() -> None:
    silent = [id for id, entry in entries().items() if isinstance(entry, Silent)]

    assert len(silent) < len(entries()) / 6


def test_choices_are_taken_apart() -> None:
    assert forms_of("(automatic|schedule) backup") == (("automatic", "backup"), ("schedule", "backup"))


def test_two_dots_stand_for_other_words() -> None:
    assert forms_of("rollback .. tested") == (("rollback", None, "test"),)


@pytest.mark.parametrize("phrase", ["", ".. backup", "the backup"])
def test_a_phrase_without_a_word_of_its_own_at_its_head_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError):
        forms_of(phrase)


def test_a_phrase_of_too_many_forms_is_refused() -> None:
    with pytest.raises(ValueError, match="400"):
        forms_of("(b|c|d|e|f|g|h) (b|c|d|e|f|g|h) (b|c|d|e|f|g|h) (b|c|d|e|f|g|h)")


def test_a_group_without_phrases_and_an_unknown_key_are_refused() -> None:
    with pytest.raises(ValidationError, match="holds"):
        Group.model_validate({"with": ["x"]})
    with pytest.raises(ValidationError):
        Group.model_validate({"holds": "x", "wihtout": ["y"]})


def test_every_phrase_can_be_found_by_its_first_word() -> None:
    for word, phrases in by_first_word().items():
        assert all(phrase.words[0] == word for phrase in phrases)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("K8s manifests", "kubernetes manifest"),
        ("rate-limiting", "rate limiter"),
        ("RATE_LIMIT", "rate limits"),
        ("CI/CD pipeline", "ci cd pipelines"),
        ("end-to-end tests", "E2E test"),
        ("environment variables", "env vars"),
        ("SSL/TLS", "tls"),
        ("parametrised queries", "parameterized query"),
        ("Back up databases", "backup db"),
    ],
)
def test_spellings_of_one_thing_are_one(one: str, other: str) -> None:
    assert stems_of(one) == stems_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("prism", "prisma"), ("author", "authorization"), ("product", "production"), ("integrity", "integration")],
)
def test_words_that_only_look_alike_stay_apart(one: str, other: str) -> None:
    assert stems_of(one) != stems_of(other)


def test_files_paths_and_addresses_are_one_word_or_none() -> None:
    words = [
        word.stem for word in words_of("See `docs/rate-limiting.md`, studio.ts, /health and https://rate.limit/backup")
    ]

    assert words == ["see", "docs/rate-limiting.md", "studio.ts", "/health", "and"]


def test_a_word_knows_its_place_and_what_stands_before_it() -> None:
    label, value = words_of("Backups: none")

    assert (label.start, label.end, label.gap) == (0, 7, 0)
    assert (value.text, value.gap, value.sign) == ("none", 2, ":")


def test_lists_of_words_are_compared_as_statements_are() -> None:
    assert {"no", "miss", "without"} <= cues("no")
