"""What runners lack: living actions, lockfiles, the code itself."""

from __future__ import annotations

import pytest
from conftest import Look

CI = ".github/workflows/ci.yml"


def workflow(steps: str, job: str = "") -> str:
    return f"on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n{job}    steps:\n{steps}"


CHECKOUT = "      - uses: actions/checkout@v4\n"


def test_an_action_that_was_switched_off_fails_once_per_file_and_a_living_one_holds(look: Look) -> None:
    old = "      - uses: actions/upload-artifact@v3\n"
    seen = look("DEL-041", {CI: workflow(CHECKOUT + old + old)})
    assert seen.failed == [f"{CI}:7"]
    assert not look("DEL-041", {"b/" + CI: "", CI: workflow(CHECKOUT + old.replace("@v3", "@v4"))}).failed


NODE = "      - uses: actions/setup-node@v4\n        with:\n          cache: npm\n"


def test_a_cache_of_node_wants_its_lockfile(look: Look) -> None:
    files = {"web/package-lock.json": "{}", CI: workflow(CHECKOUT + NODE)}
    assert look("DEL-041", files).failed == [f"{CI}:9"]


@pytest.mark.parametrize(
    "steps",
    [
        CHECKOUT + NODE + "          cache-dependency-path: web/package-lock.json\n",
        CHECKOUT + NODE + "          cache-dependency-path: '**/package-lock.json'\n",
        CHECKOUT + "      - run: npm install --package-lock-only\n" + NODE,
        CHECKOUT + "        with:\n          path: app\n" + NODE,
    ],
)
def test_a_lockfile_that_is_named_made_or_elsewhere_holds(look: Look, steps: str) -> None:
    assert not look("DEL-041", {"web/package-lock.json": "{}", CI: workflow(steps)}).failed


def test_an_old_pnpm_cannot_read_a_new_lockfile(look: Look) -> None:
    steps = (
        CHECKOUT
        + "      - uses: pnpm/action-setup@v4\n        with:\n          version: 8\n      - run: pnpm install\n"
    )
    files = {"package.json": '{"name": "a"}', "pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .: {}\n"}
    assert look("DEL-041", {**files, CI: workflow(steps)}).failed == [f"{CI}:9"]
    assert not look("DEL-041", {"b": "", **files, CI: workflow(steps.replace("version: 8", "version: 9"))}).failed


def test_a_job_without_a_checkout_has_no_folder_of_the_project(look: Look) -> None:
    steps = "      - run: |\n          cd infra\n          terraform output\n"
    assert look("DEL-041", {"infra/main.tf": "", CI: workflow(steps)}).failed == [f"{CI}:7"]
    assert not look("DEL-041", {"a": "", "infra/main.tf": "", CI: workflow(CHECKOUT + steps)}).failed
    made = steps.replace("cd infra", "mkdir infra\n          cd infra")
    assert not look("DEL-041", {"b": "", "infra/main.tf": "", CI: workflow(made)}).failed


MATRIX = "    strategy:\n      matrix:\n        app: [web, backend]\n"


def test_values_of_a_matrix_name_folders_that_are_there(look: Look) -> None:
    steps = CHECKOUT + "      - run: |\n          cd ${{ matrix.app }}\n          make\n"
    seen = look("DEL-041", {"web/a.txt": "", "api/a.txt": "", CI: workflow(steps, MATRIX)})
    assert seen.failed == [f"{CI}:11"] and "backend" in seen.text and "web" not in seen.text
    assert not look("DEL-041", {"backend/a.txt": "", CI: workflow(steps, MATRIX)}).failed


def test_a_step_for_runs_that_have_failed_weighs_less(look: Look) -> None:
    old = "      - uses: actions/upload-artifact@v3\n"

    def grave(more: str) -> str:
        return str(look("DEL-041", {CI: workflow(CHECKOUT + old + more)}).findings[0].severity)

    assert grave("        if: failure()\n") == "medium"
    assert grave("        if: always()\n") == "high"
