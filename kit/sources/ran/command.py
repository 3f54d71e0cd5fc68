"""What a params file says of a command."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from kit.model import Severity
from kit.sources.formats.fields import Area, CheckId, Duration, Size, Text, Variable
from kit.sources.formats.settings import Settings


def _words(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Words = Annotated[
    tuple[Text, ...],
    BeforeValidator(_words),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]


class Command(Settings):
    """A command that is run because this file, not the project, says so."""

    name: Text = Field(description="How the report calls it.", examples=["type-check"])
    run: Words = Field(
        description="Its words, which no shell reads; with `shell: true` one line.", examples=["[npm, run, type-check]"]
    )
    area: Area = Field(description="The area that it speaks of.", examples=["delivery"])
    timeout: Duration = Field(
        default=timedelta(minutes=5),
        description="When it is ended with everything that it started.",
        examples=["5m"],
        json_schema_extra={"default": "5m"},
    )
    memory: Size = Field(
        default=4_000_000_000,
        description="Memory that it and everything that it started may hold together.",
        examples=["2GB"],
        json_schema_extra={"default": "4GB"},
    )
    folder: Text = Field(
        default=".", description="Where it is started, from the project's folder.", examples=["services/api"]
    )
    env: tuple[Variable, ...] = Field(
        default=(),
        description="Names of our variables that it gets; beside them only a plain PATH, HOME and LANG.",
        examples=["[NPM_TOKEN]"],
    )
    set: dict[Variable, str] = Field(default={}, description="Variables with their values.", examples=['{CI: "true"}'])
    shell: bool = Field(default=False, description="Whether `run` is a line for /bin/sh.", examples=["true"])
    expect: Annotated[int, Field(ge=0, le=255)] = Field(default=0, description="Its exit code.", examples=["0"])
    severity: Severity = Field(
        default=Severity.HIGH, description="How grave it is where it does not hold.", examples=["high"]
    )
    required: bool = Field(default=False, description="Whether a verdict of GO needs it to hold.", examples=["true"])
    on_demand: bool = Field(default=False, description="Whether it is run with `--commands` alone.", examples=["true"])
    decides: tuple[CheckId, ...] = Field(
        default=(),
        description="Checks that files leave unknown and that this command answers.",
        examples=["[SEC-064]"],
    )

    @model_validator(mode="after")
    def _words_or_a_line(self) -> Command:
        if self.shell and len(self.run) != 1:
            raise ValueError("'run' should be one line where shell is true")
        if not self.shell and len(self.run) == 1 and re.search(r"\s", self.run[0]):
            raise ValueError("'run' should be a list of words, such as [make, test]; a line needs shell: true")
        if PurePosixPath(self.folder).is_absolute() or ".." in self.folder.split("/"):
            raise ValueError("'folder' should be a folder within the project")
        return self
