"""What the checks of compliance share: where personal data is kept."""

from __future__ import annotations

import re
from functools import lru_cache

from kit.model import FileClass
from kit.project import Project
from kit.sources.orm.find import created_schema
from kit.sources.orm.model import Table, bare

_PERSONAL = re.compile(
    r"^(e[-_]?mail(_?address)?|phone(_?number)?|mobile|first_?name|last_?name|full_?name|date_?of_?birth|birth_?date|dob|address(_?line)?\d?|street|postal_?code|ssn|national_?id|passport\w*|ip_?address)$",
    re.IGNORECASE,
)


@lru_cache(maxsize=4)
def tables(project: Project) -> tuple[Table, ...]:
    """The tables that production code declares, and those that only its migrations make."""
    own = (FileClass.PRODUCTION, FileClass.GENERATED)
    declared = [s for s in project.schemas if project.files.class_of(s.path) is FileClass.PRODUCTION]
    found = [table for schema in declared for table in schema.tables]
    known = {bare(table.name) for table in found}
    for one in project.migrations:
        if all(project.files.class_of(m.path) in own for m in one.migrations):
            found += [table for table in created_schema(one).tables if bare(table.name) not in known]
    return tuple(found)


def user_table(project: Project) -> Table | None:
    """The table of people: named so, or with two or more columns of personal data."""
    for table in tables(project):
        personal = [c for c in table.columns if _PERSONAL.match(c.name)]
        if personal and (
            re.search(r"user|customer|account|member|person|patient", table.name, re.IGNORECASE) or len(personal) > 1
        ):
            return table
    return None
