"""What has changed since a revision or a time, as the git directory tells it. Read with dulwich; nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from dulwich.diff_tree import tree_changes
from dulwich.object_store import DiskObjectStore
from dulwich.objects import Commit, ObjectID
from dulwich.walk import Walker

from kit.sources.tree.git import directories

MOST_COMMITS = 5000
MOST_CHANGES = 20_000


class _Store(DiskObjectStore):
    """The objects of one directory; stores elsewhere that it names are not followed."""

    @property
    def alternates(self) -> Sequence[DiskObjectStore]:  # type: ignore[override]
        return []


@dataclass(frozen=True)
class History:
    """The commits below one revision of the repository whose working tree is `root`."""

    root: Path
    revision: str | None

    def since_revision(self, revision: str) -> frozenset[str] | None:
        """The paths that differ between another revision (at least 7 digits) and this; None where it is not there."""
        try:
            commit = self._commit(revision)
            return self._changed(commit) if commit is not None else None
        except Exception:  # a hostile or broken repository says nothing
            return None

    def since(self, moment: datetime) -> frozenset[str] | None:
        """The paths that differ between the last commit up to a time and this; None where there is none such."""
        try:
            head, store = self._head, self._store
            if head is None or store is None:
                return None
            limit = moment.timestamp()
            for entry in Walker(store, [head.id], max_entries=MOST_COMMITS):
                if entry.commit.commit_time <= limit:
                    return self._changed(entry.commit)
        except Exception:  # a hostile or broken repository says nothing
            return None
        return None

    @cached_property
    def _store(self) -> DiskObjectStore | None:
        found = directories(self.root)
        objects = found[1] / "objects" if found else None
        if objects is None or objects.is_symlink() or not objects.is_dir():
            return None
        return _Store(str(objects))

    @cached_property
    def _head(self) -> Commit | None:
        return self._commit(self.revision) if self.revision else None

    def _commit(self, revision: str) -> Commit | None:
        store = self._store
        if store is None or len(revision) < 7:
            return None
        names = [ObjectID(revision.encode())] if len(revision) >= 40 else list(store.iter_prefix(revision.encode()))
        if len(names) != 1 or names[0] not in store:
            return None
        found = store[names[0]]
        return found if isinstance(found, Commit) else None

    def _changed(self, commit: Commit) -> frozenset[str]:
        head, store = self._head, self._store
        if head is None or store is None:
            raise KeyError("no revision")
        paths: set[str] = set()
        for change in tree_changes(store, commit.tree, head.tree):
            for side in (change.old, change.new):
                if side is not None and side.path is not None:
                    paths.add(side.path.decode("utf-8", "replace"))
            if len(paths) > MOST_CHANGES:
                break
        return frozenset(paths)
