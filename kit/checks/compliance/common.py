"""What the checks of compliance share: where personal data is kept."""

from __future__ import annotations

import re

from kit.model import FileClass
from kit.project import Project
from kit.sources.orm.model import Table

_PERSONAL = re.compile(
    r"^(e[-_]?mail(_?address)?|phone(_?number)?|mobile|first_?name|last_?name|full_?name|date_?of_?birth|birth_?date|dob|address(_?line)?\d?|street|postal_?code|ssn|national_?id|passport\w*|ip_?address)$",
    re.IGNORECASE,
)


def user_table(project: Project) -> Table | None:
    """The table of people: named so, or with two or more columns of personal data."""
    for schema in project.schemas:
        if project.files.class_of(schema.path) is FileClass.PRODUCTION:
            for table in schema.tables:
                personal = [c for c in table.columns if _PERSONAL.match(c.name)]
                if personal and (
                    re.search(r"user|customer|account|member|person|patient", table.name, re.IGNORECASE)
                    or len(personal) > 1
                ):
                    return table
    return None
