"""Tasks of playbooks and roles, in the long form, the short form and in blocks."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.sources.formats.documents import Documents
from kit.sources.platforms import ansible
from kit.sources.platforms.ansible import Task
from kit.sources.tree.files import FileIndex

PLAYBOOK = """
    - name: All
      hosts: web
      tasks:
        - name: Start
          ansible.builtin.systemd: {name: api, state: started, enabled: true}
          when: ready
        - block:
            - service: name=nginx state="restarted"
          rescue:
            - debug: msg=no
      handlers:
        - name: again
          systemd: {name: api, state: restarted}
    """


@pytest.fixture
def read(tmp_path: Path):
    def make(**texts: str) -> list[Task]:
        for name, text in texts.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".yml").write_text(dedent(text).lstrip(), "utf-8", errors="replace")
        files = FileIndex.of(tmp_path)
        return list(ansible.find(files, Documents(files)))

    return make


def test_tasks_of_plays_blocks_and_handlers_are_found(read) -> None:
    found = read(site=PLAYBOOK)

    assert [t.module for t in found] == ["systemd", "service", "debug", "systemd"]
    assert (found[0].name, found[0].text("enabled"), found[0].at.line) == ("Start", "true", 4)


def test_the_short_form_gives_the_same_arguments(read) -> None:
    short = read(site=PLAYBOOK)[1]

    assert (short.text("name"), short.text("state"), short.text("enabled")) == ("nginx", "restarted", "")


def test_tasks_of_a_role_need_no_play_and_other_lists_are_none(read) -> None:
    found = read(roles__api__tasks__main="- apt: {name: nginx}\n", values="- apt: {name: nginx}\n")

    assert [t.at.path for t in found] == ["roles/api/tasks/main.yml"]


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60))
def test_nothing_that_is_written_raises(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("ansible")
    (folder / "site.yml").write_text(f"- hosts: a\n  tasks:\n    - {text}\n", "utf-8", errors="replace")
    files = FileIndex.of(folder)

    assert all(task.at.path == "site.yml" for task in ansible.find(files, Documents(files)))
