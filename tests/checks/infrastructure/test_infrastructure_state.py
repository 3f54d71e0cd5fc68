"""Terraform: state, pins, wholeness."""

from __future__ import annotations

import pytest
from conftest import Look

MAIN = """
    terraform {
      required_providers {
        aws = {
          source  = "hashicorp/aws"
          version = "~> 6.0"
        }
      }
      backend "s3" {
        bucket       = "acme-state"
        key          = "shop"
        use_lockfile = true
      }
    }
    provider "aws" {
      region = var.region
    }
    variable "region" {
      default = "eu-west-1"
    }
    resource "aws_sqs_queue" "orders" {
      name = "orders"
    }
    """
LOCK = 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "6.1.0"\n}\n'


def test_state_that_is_remote_and_locked_holds(look: Look) -> None:
    assert look("INF-001", {"infra/main.tf": MAIN}).passed == ["infra/main.tf:8"]


def test_local_and_unlocked_state_do_not(look: Look) -> None:
    unlocked = look("INF-001", {"infra/main.tf": MAIN.replace("        use_lockfile = true\n", "")})
    local = look("INF-001", {"infra/main.tf": MAIN.replace('backend "s3"', 'other "s3"')})

    assert (unlocked.failed, unlocked.outcomes) == (["infra/main.tf:8"], ["partial"])
    assert local.failed == ["infra"]


def test_a_module_that_others_call_keeps_no_state(look: Look) -> None:
    module = 'variable "name" {}\nresource "aws_sqs_queue" "this" {\n  name = var.name\n}\n'
    call = MAIN + '\nmodule "mail" {\n  source = "./modules/queue"\n  name   = "mail"\n}\n'
    seen = look("INF-001", {"infra/main.tf": call, "infra/modules/queue/main.tf": module})

    assert seen.outcomes == ["pass"]


def test_a_lockfile_pins_every_provider(look: Look) -> None:
    locked = look("INF-002", {"infra/main.tf": MAIN, "infra/.terraform.lock.hcl": LOCK})

    assert locked.passed == ["infra/.terraform.lock.hcl"]


def test_bounds_alone_hold_in_part_and_nothing_fails(look: Look) -> None:
    bounded = look("INF-002", {"infra/main.tf": MAIN})
    free = look("INF-002", {"infra/main.tf": MAIN.replace('version = "~> 6.0"', "")})

    assert (bounded.outcomes, bounded.failed) == (["partial"], ["infra/main.tf:5"])
    assert (free.outcomes, free.failed) == (["fail"], ["infra/main.tf:4"])


def test_modules_from_elsewhere_have_a_version(look: Look) -> None:
    text = """
        module "vpc" {
          source  = "terraform-aws-modules/vpc/aws"
          version = "5.16.0"
        }
        module "logs" {
          source = "git::https://github.com/acme/logs.git"
        }
        """
    seen = look("INF-002", {"infra/main.tf": text})

    assert (seen.passed, seen.failed) == (["infra/main.tf:1"], ["infra/main.tf:5"])


def test_a_variable_that_nobody_declares_stops_the_plan(look: Look) -> None:
    seen = look("INF-012", {"infra/main.tf": MAIN.replace('variable "region"', 'variable "zone"')})

    assert seen.failed == ["infra/main.tf:15", "infra/main.tf:17"]
    assert "The variable region is used but declared nowhere" in seen.text


def test_moved_blocks_and_comments_refer_to_nothing(look: Look) -> None:
    text = (
        MAIN
        + "\n    # var.gone\n    /* var.lost\n    */\n    moved {\n      from = module.old\n      to   = module.new\n    }\n"
    )

    assert look("INF-012", {"infra/main.tf": text}).outcomes == ["pass"]


def test_a_call_gives_what_its_module_asks_for(look: Look) -> None:
    module = 'variable "name" {}\noutput "n" {\n  value = var.name\n}\n'
    poor = 'module "mail" {\n  source = "./queue"\n  title  = "mail"\n}\n'
    good = poor.replace("title ", "name  ")

    assert look("INF-012", {"main.tf": poor, "queue/main.tf": module}).failed == ["main.tf:1", "main.tf:3"]
    assert look("INF-012", {"main.tf": good}).failed == []


@pytest.mark.parametrize(
    ("attributes", "severity"),
    [
        ('{"username": "shop", "password": "Spoon77fork"}', "critical"),
        ('{"password": "", "master_password": null, "bucket": "acme"}', "medium"),
        (None, "low"),
    ],
)
def test_state_is_as_grave_as_what_it_records(look: Look, attributes: str | None, severity: str) -> None:
    resources = f'[{{"type": "x", "instances": [{{"attributes": {attributes}}}]}}]' if attributes else "[]"
    seen = look("INF-013", {"main.tf": MAIN, "terraform.tfstate": f'{{"version": 4, "resources": {resources}}}'})

    assert [f.severity for f in seen.findings] == [severity]


def test_the_module_that_makes_the_bucket_of_states_begins_on_a_machine(look: Look) -> None:
    begins = 'provider "aws" {}\nresource "aws_s3_bucket" "state" {\n  bucket = "%s"\n}\n'

    def grave(bucket: str) -> list[str]:
        seen = look("INF-001", {"infra/main.tf": MAIN, "begin/main.tf": begins % bucket})
        return [f.severity.value for f in seen.findings if f.outcome.open]

    assert (grave("acme-state"), grave("acme-logs")) == (["low"], ["high"])


def test_notes_under_the_suffix_of_terraform_are_told_mildly_and_once(look: Look) -> None:
    notes = {"infra/main.tf": MAIN, "manifests/readme.tf": "This folder contains the manifests.\n"}
    seen = look("INF-012", notes)

    assert [f.severity for f in seen.findings if f.outcome.open] == ["low"]
    assert look("CFG-013", notes).failed == []


def test_state_in_the_repository_is_told(look: Look) -> None:
    seen = look("INF-013", {"infra/main.tf": MAIN, "infra/terraform.tfstate": "{}"})
    none = look("INF-013", {"other/main.tf": MAIN, ".gitignore": "*.tfstate\n"})

    assert seen.failed == ["infra/terraform.tfstate"]
    assert none.passed == ["."]


def test_a_pipeline_plans(look: Look) -> None:
    pipeline = """
        on: push
        jobs:
          plan:
            runs-on: ubuntu-24.04
            steps:
              - run: terraform -chdir=infra plan
        """
    none = look("INF-015", {"infra/main.tf": MAIN})
    some = look("INF-015", {".github/workflows/infra.yml": pipeline})

    assert (none.failed, some.passed) == (["infra"], [".github/workflows/infra.yml:6"])


def test_many_states_on_a_machine_are_told_together(look: Look) -> None:
    local = MAIN.replace('backend "s3"', 'other "s3"')
    few = look("INF-001", {f"infra/{n}/main.tf": local for n in "abcd"})
    many = look("INF-001", {f"infra/{n}/main.tf": local for n in "abcde"})

    assert (len(few.findings), len(many.findings)) == (4, 1)
    assert "infra/a, infra/b" in many.text


def test_a_saved_plan_holds_the_state(look: Look) -> None:
    begun = "PK\x03\x04" + "\x14\x00\x08\x00" * 6 + "\x06\x00%s\x00\x01"
    drawn = {"infra/main.tf": MAIN, "docs/floorplan.zip": begun % "floors", "plan.md": "# Plan\n"}
    other = look("INF-013", drawn)
    saved = look("INF-013", {**drawn, "infra/tfplan2": begun % "tfplan"})

    assert other.outcomes == ["pass"]
    assert [(f.severity.value, f.evidence[0].path) for f in saved.findings] == [("high", "infra/tfplan2")]
