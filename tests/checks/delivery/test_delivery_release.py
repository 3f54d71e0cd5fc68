"""Whether a release is verified, can be taken back, and is let out on purpose."""

from __future__ import annotations

from conftest import Look

PATH = ".github/workflows/deploy.yml"


def workflow(*steps: str, on: str = "push", more: str = "name: deploy") -> str:
    """The first step stands at line 7."""
    head = [f"on: {on}", "jobs:", "  deploy:", "    runs-on: x", f"    {more}", "    steps:"]
    return "\n".join([*head, *(f"      - {s}" for s in steps)]) + "\n"


APPLY = "run: kubectl apply -f k8s"


def test_a_deploy_without_a_way_back_is_found(look: Look) -> None:
    assert look("DEL-012", {PATH: workflow(APPLY)}).failed == [f"{PATH}:7"]


def test_a_step_that_undoes_the_rollout_holds(look: Look) -> None:
    seen = look("DEL-012", {PATH: workflow(APPLY, "{if: failure(), run: kubectl rollout undo deployment/api}")})

    assert seen.passed == [f"{PATH}:8"]


def test_a_rollback_that_only_prints_is_found(look: Look) -> None:
    seen = look("DEL-012", {PATH: workflow(APPLY, "{name: Rollback, if: failure(), run: echo Rolling back}")})

    assert seen.failed == [f"{PATH}:8"]


def test_a_version_chosen_by_hand_is_a_way_back(look: Look) -> None:
    on = "{workflow_dispatch: {inputs: {version: {type: string}}}}"

    assert look("DEL-012", {PATH: workflow(APPLY, on=on)}).outcomes == ["pass"]


def test_a_rollback_script_that_nothing_calls_holds_in_part(look: Look) -> None:
    files = {PATH: workflow(APPLY), "scripts/rollback.sh": "#!/bin/sh\nkubectl rollout undo deployment/api\n"}

    assert look("DEL-012", files).failed == ["scripts/rollback.sh"]


def test_a_described_way_back_is_documented_only(look: Look) -> None:
    seen = look("DEL-012", {PATH: workflow(APPLY), "docs/ops.md": "# Operations\n\n## Rollback\n\nTurn it back.\n"})

    assert seen.outcomes == ["partial"]
    assert seen.findings[0].evidence[0].strength == "documented"


def test_a_deploy_that_nobody_looks_at_is_found(look: Look) -> None:
    assert look("DEL-024", {PATH: workflow(APPLY)}).failed == [f"{PATH}:7"]


def test_waiting_for_the_rollout_verifies_the_deploy(look: Look) -> None:
    steps = (APPLY, "run: kubectl rollout status deployment/api")

    assert look("DEL-024", {PATH: workflow(*steps)}).outcomes == ["pass"]


def test_a_script_that_is_named_after_verifying_is_taken_at_its_word(look: Look) -> None:
    pipeline = {PATH: workflow(APPLY, "run: python tools/smoke.py https://shop.example.com")}

    assert "tools/smoke.py, which does not exist" in look("DEL-024", pipeline).text
    assert look("DEL-024", {**pipeline, "tools/smoke.py": "ask(sys.argv[1])\n"}).outcomes == ["pass"]
    before = workflow("run: python tools/smoke.py https://shop.example.com", APPLY)
    assert look("DEL-024", {PATH: before, "tools/smoke.py": "ask(sys.argv[1])\n"}).outcomes == ["fail"]


def test_a_request_before_the_deploy_verifies_nothing(look: Look) -> None:
    assert look("DEL-024", {PATH: workflow("run: curl -f https://example.org", APPLY)}).outcomes == ["fail"]


def test_a_push_that_deploys_without_an_environment_holds_in_part(look: Look) -> None:
    assert look("DEL-023", {PATH: workflow(APPLY)}).failed == [f"{PATH}:3"]


def test_a_named_environment_holds(look: Look) -> None:
    assert look("DEL-023", {PATH: workflow(APPLY, more="environment: production")}).passed == [f"{PATH}:5"]


def test_what_starts_a_build_in_the_cloud_is_not_seen(look: Look) -> None:
    steps = "steps:\n- name: gcr.io/cloud-builders/kubectl\n  args: [apply, -f, k8s]\n"

    assert look("DEL-023", {"cloudbuild.yaml": steps}).outcomes == ["unknown"]


def test_nobody_updates_the_dependencies(look: Look) -> None:
    assert look("DEL-019", {"requirements.txt": "flask==3.0.0\n"}).failed == ["."]


def test_a_folder_that_dependabot_cannot_find_is_named(look: Look) -> None:
    entry = "  - {package-ecosystem: pip, directory: /server, schedule: {interval: weekly}}"
    files = {"requirements.txt": "flask==3.0.0\n", ".github/dependabot.yml": f"version: 2\nupdates:\n{entry}\n"}

    assert look("DEL-019", files).failed == [".github/dependabot.yml:3"]


def test_what_dependabot_leaves_out_is_named(look: Look) -> None:
    entry = "  - {package-ecosystem: npm, directory: /, schedule: {interval: weekly}}"
    files = {"requirements.txt": "flask==3.0.0\n", ".github/dependabot.yml": f"version: 2\nupdates:\n{entry}\n"}

    assert "leaves out pip" in look("DEL-019", files).text


def test_renovate_holds(look: Look) -> None:
    assert look("DEL-019", {"requirements.txt": "flask==3.0.0\n", "renovate.json": "{}"}).passed == ["renovate.json"]


def test_skaffold_waits_for_what_it_deploys(look: Look) -> None:
    assert look("DEL-024", {PATH: workflow("run: skaffold run -f skaffold.yaml")}).outcomes == ["pass"]
