"""Neither a slow check nor one that raises stops an assessment or hides what the others found."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pytest

from kit import project as project_module
from kit import run
from kit.model import Check, Fact, Outcome, bad
from kit.project import Project
from kit.registry import catalogue
from kit.run import run_check
from kit.sources.limits import OutOfTime, Patience, time_limit


def check_of(function: object) -> Check:
    """A check that does what the function does."""
    return replace(catalogue()[0], function=function)  # type: ignore[arg-type]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project of one file."""
    (tmp_path / "a.py").write_text("x = 1\n", "utf-8")
    return Project(tmp_path)


def test_a_regular_expression_without_end_is_ended() -> None:
    with pytest.raises(OutOfTime), time_limit(0.2):
        re.match(r"(?:a+)+$", "a" * 60 + "b")


def test_a_parser_that_takes_every_error_for_a_broken_document_is_ended_too() -> None:
    def stubborn() -> None:
        while True:
            try:
                while True:
                    pass
            except Exception:  # noqa: S112 - as a careless parser has it
                continue

    with pytest.raises(OutOfTime), time_limit(0.2):
        stubborn()


def test_limits_within_limits_leave_the_outer_one_standing() -> None:
    def work() -> None:
        with time_limit(60):
            pass
        while True:
            pass

    with pytest.raises(OutOfTime), time_limit(0.5):
        work()


def test_a_time_that_is_not_used_up_costs_nothing_later() -> None:
    with time_limit(0.1):
        pass
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass


def test_other_threads_run_without_a_limit() -> None:
    done: list[bool] = []

    def work() -> None:
        with time_limit(0.01):
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert done == [True]


def test_a_slow_check_is_ended_and_what_it_had_found_is_kept(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHECK_SECONDS", 0.2)
    monkeypatch.setattr(run, "_patience", Patience(60, least=1))

    def slow(_: Project) -> Iterator[Fact]:
        yield bad("first")
        while True:
            pass

    found = run_check(project, check_of(slow))

    assert [f.outcome for f in found] == [Outcome.FAIL, Outcome.ERROR]
    assert "took too long" in found[1].message


def test_a_check_that_raises_is_one_error_that_shows_no_secret(project: Project) -> None:
    key = "ghp_" + "a1B2" * 9

    def broken(_: Project) -> Iterator[Fact]:
        yield bad("first")
        raise RuntimeError(f"cannot read {key}")

    found = run_check(project, check_of(broken))

    assert [f.outcome for f in found] == [Outcome.FAIL, Outcome.ERROR]
    assert "RuntimeError" in found[1].message and key not in found[1].message


def test_a_source_that_cannot_be_read_does_not_stop_the_others(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_: Project) -> None:
        raise RecursionError("too deep")

    broken = cached_property(crash)
    broken.__set_name__(Project, "markdown")
    monkeypatch.setattr(Project, "markdown", broken)

    project.warm()

    assert "routes" in vars(project)
    with pytest.raises(RecursionError):
        _ = project.markdown


def test_a_source_that_took_too_long_is_not_tried_again_for_each_check(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def endless(_: Project) -> None:
        tried.append(True)
        while True:
            pass

    slow = project_module._source(endless)
    slow.__set_name__(Project, "markdown")
    endless.__name__ = "markdown"
    monkeypatch.setattr(Project, "markdown", slow)
    monkeypatch.setattr(project_module, "WARM_SECONDS", 0.2)
    monkeypatch.setattr(run, "_patience", Patience(60, least=1))
    project.warm()

    found = run_check(project, check_of(lambda p: p.markdown))

    assert len(tried) == 1
    assert "took too long" in found[0].message
    assert "routes" in vars(project)


def test_however_many_pieces_are_endless_little_more_than_the_total_is_wasted() -> None:
    patience = Patience(100, least=0.01)
    granted = []
    for _ in range(300):
        granted.append(patience.seconds(20))
        patience.waste(granted[-1])

    assert granted[:2] == [20, 20]
    assert granted[-1] == 0.01
    assert sum(granted) < 104


def test_patience_is_that_of_all_forked_processes() -> None:
    patience = Patience(100, least=1)
    child = os.fork()
    if not child:
        patience.waste(98)
        os._exit(0)
    os.waitpid(child, 0)

    assert patience.seconds(20) == 1


def test_only_what_was_ended_tries_the_patience() -> None:
    patience = Patience(100, least=1)
    with time_limit(0.1, patience):
        pass
    with pytest.raises(OutOfTime), time_limit(0.1, patience):
        re.match(r"(?:a+)+$", "a" * 60 + "b")

    assert patience.wasted == 0.1
