"""What the notebook of an area made, kept for runs in which nothing that it looked at has changed.

Not only an area's own checks look at files: what was parsed before the notebooks, and is shared by all of them, did so
for every area. So a part holds the hash of each file whose content its process, or the one that it was forked from, has
asked for. All else that it could see is in its key: which files there are, what they are for, which could not be read,
git's view, the params, the kit, the day.
"""

from __future__ import annotations

from dataclasses import dataclass

from kit.assessment import FINDINGS, LOOKED_FOR, read_asked
from kit.execute.cache import Cache
from kit.execute.notebooks import Notebook
from kit.execute.request import Request, key_of
from kit.execute.staging import Staging
from kit.model import AREAS


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one run. Without a cache, or where more than the project's files decides, there are none."""

    request: Request
    cache: Cache | None

    def bring(self, notebook: Notebook, staging: Staging) -> bool:
        """Put what an earlier run has made where this one would make it; False where there is nothing that holds."""
        if self.cache is None or not self._kept(notebook):
            return False
        request = self.request
        return self.cache.part(self._key(notebook), staging.folder, request.files.on_disk, request.inputs)

    def keep(self, notebook: Notebook, staging: Staging) -> None:
        """Keep what this run has made of an area; nothing where the notebook told not what it looked at."""
        asked = read_asked(staging.folder, notebook.area)
        if self.cache is None or asked is None or not self._kept(notebook):
            return
        read = {path: self.request.inputs[path] for path in asked.read}
        names = (f"notebooks/{notebook.name}", *(f"{f}/{notebook.area}.json" for f in (FINDINGS, LOOKED_FOR)))
        self.cache.keep_part(self._key(notebook), staging.folder, names, asked.on_disk, read)

    def _kept(self, notebook: Notebook) -> bool:
        return self.request.by_files_alone and notebook.area in AREAS

    def _key(self, notebook: Notebook) -> str:
        return key_of({}, setting=self.request.setting, area=notebook.area, notebook=[notebook.name, notebook.sha256])
