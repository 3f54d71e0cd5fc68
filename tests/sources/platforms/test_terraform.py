from __future__ import annotations

from pathlib import Path

import pytest

from kit.model import At
from kit.sources.formats.documents import Documents
from kit.sources.platforms import terraform
from kit.sources.platforms.terraform import Terraform
from kit.sources.tree.files import FileIndex


@pytest.fixture
def read(tmp_path: Path):
    def make(**texts: str) -> dict[str, Terraform]:
        for name, content in texts.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content)
        files = FileIndex.of(tmp_path)
        return {module.dir: module for module in terraform.find(files, Documents(files))}

    return make


MAIN = """terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0" }
  }
  backend "s3" {
    bucket = "state"
  }
}
provider "aws" { region = "eu-west-1" }
provider "aws" {
  alias = "us"
}
resource "aws_s3_bucket" "logs" {
  bucket = var.name
}
resource "aws_s3_bucket" "data" {}
data "aws_caller_identity" "me" {}
module "net" {
  source = "../modules/net"
}
module "registry" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.1.0"
}
"""


def test_a_folder_is_one_module_with_the_blocks_of_all_its_files(read) -> None:
    more = 'variable "name" {}\nvariable "key" {\n  sensitive = true\n  default = ""\n}\noutput "id" { value = 1 }\n'
    found = read(**{"prod/main.tf": MAIN, "prod/variables.tf": more, "modules/net/main.tf": ""})["prod"]

    assert [(r.address, r.at.line) for r in found.resources] == [
        ("aws_s3_bucket.logs", 14),
        ("aws_s3_bucket.data", 17),
    ]
    assert [r.address for r in found.data] == ["data.aws_caller_identity.me"]
    assert [(v.name, v.default is None, v.sensitive) for v in found.variables] == [
        ("name", True, False),
        ("key", False, True),
    ]
    assert found.variables[0].at == At("prod/variables.tf", 1, 1)
    assert [name for name, _ in found.outputs] == ["id"]
    assert (found.environment, found.lockfile) == ("production", None)


def test_settings_and_providers_are_found(read) -> None:
    found = read(**{"main.tf": MAIN, ".terraform.lock.hcl": ""})[""]

    assert found.required_version.text == ">= 1.5"
    assert (found.backend[0], found.backend[1].get("bucket").text) == ("s3", "state")
    assert [name for name, _ in found.providers] == ["aws", "aws"]
    assert [name for name, _ in found.required_providers] == ["aws"]
    assert (found.lockfile, found.at.path) == (".terraform.lock.hcl", ".")
    assert [r.name for r in found.of("aws_s3_bucket")] == ["logs", "data"]


def test_a_called_module_is_no_root(read) -> None:
    found = read(**{"prod/main.tf": MAIN, "modules/net/main.tf": 'resource "aws_vpc" "v" {}\n'})

    assert [(c.name, c.dir, c.version) for c in found["prod"].modules] == [
        ("net", "modules/net", None),
        ("registry", None, "5.1.0"),
    ]
    assert (found["prod"].root, found["modules/net"].root) == (True, False)


def test_without_a_backend_the_state_is_local(read) -> None:
    assert read(**{"a.tf": 'resource "x" "y" {}\n'})[""].backend is None


def test_a_cloud_block_is_a_backend(read) -> None:
    assert read(**{"a.tf": 'terraform {\n  cloud {\n    organization = "o"\n  }\n}\n'})[""].backend[0] == "cloud"


def test_the_json_form_is_read_alike(read) -> None:
    found = read(**{"a.tf.json": '{"resource": {"x": {"y": {"k": 1}}}, "variable": {"v": {}}}'})[""]

    assert [r.address for r in found.resources] == ["x.y"]
    assert [v.name for v in found.variables] == ["v"]


def test_a_broken_file_is_a_problem_and_the_rest_is_kept(read) -> None:
    found = read(**{"a.tf": 'resource "x" {{{\n', "b.tf": 'resource "x" "y" {}\n'})[""]

    assert found.problems[0].at.path == "a.tf"
    assert "x.y" in [r.address for r in found.resources]
