"""Templates of SAM: functions, events and limits, whatever is broken."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.sources.formats.documents import Documents
from kit.sources.platforms import sam
from kit.sources.platforms.serverless import ServerlessFile
from kit.sources.tree.files import FileIndex

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Runtime: python3.13
        Timeout: 20
        Environment: {Variables: {TABLE: !Ref Berths, LEVEL: info}}
    Resources:
      Berths: {Type: AWS::DynamoDB::Table}
      Book:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: src/
          Handler: book.handler
          Timeout: 5
          Events:
            Post: {Type: Api, Properties: {Path: /berths, Method: post}}
            Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
      Tell:
        Type: AWS::Serverless::Function
        Properties:
          PackageType: Image
          Events:
            Get: {Type: HttpApi, Properties: {Path: /tides, Method: GET, Auth: {Authorizer: NONE}}}
    """


@pytest.fixture
def read(tmp_path: Path):
    def make(text: str) -> tuple[ServerlessFile, ...]:
        (tmp_path / "template.yaml").write_text(dedent(text), "utf-8")
        files = FileIndex.of(tmp_path)
        return sam.find(files, Documents(files))

    return make


def test_functions_have_their_own_limits_before_those_of_all(read) -> None:
    book, tell = read(TEMPLATE)[0].functions

    assert (book.module, book.runtime, book.timeout) == ("src/book", "python3.13", 5)
    assert (tell.module, tell.timeout) == (None, 20)
    assert (book.env["TABLE"].source, book.env["LEVEL"].value) == ("reference", "info")


def test_events_are_routes_and_schedules(read) -> None:
    book, tell = read(TEMPLATE)[0].functions

    assert [(e.method, e.path) for e in book.http] == [("POST", "/berths")]
    assert [expression for expression, _ in book.schedules] == ["rate(1 day)"]
    assert tell.http[0].authorizer is None


def test_an_authorizer_of_all_stands_before_every_route(read) -> None:
    guarded = TEMPLATE.replace("    Globals:\n", "    Globals:\n      Api: {Auth: {DefaultAuthorizer: Users}}\n")

    assert read(guarded)[0].provider.get("iam", "authorizer") is not None
    assert read(TEMPLATE)[0].provider.get("iam", "authorizer") is None


def test_a_file_that_only_speaks_of_functions_is_none(read) -> None:
    assert read("note: AWS::Serverless::Function is a resource\n") == ()


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60))
def test_nothing_that_is_written_raises(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("sam")
    body = f"Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties: {text}\n"
    (folder / "template.yaml").write_text(body, "utf-8", errors="replace")
    files = FileIndex.of(folder)

    assert len(sam.find(files, Documents(files))) <= 1
