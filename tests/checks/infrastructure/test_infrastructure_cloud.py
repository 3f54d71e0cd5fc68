"""Firewalls, buckets and databases of the cloud."""

from __future__ import annotations

import pytest
from conftest import Look

GROUP = """
    resource "aws_security_group" "web" {
      ingress {
        from_port   = 443
        to_port     = 443
        protocol    = "tcp"
        cidr_blocks = ["0.0.0.0/0"]
      }
    }
    """
DATABASE = """
    resource "aws_db_instance" "main" {
      engine                  = "postgres"
      storage_encrypted       = true
      publicly_accessible     = false
      multi_az                = true
      backup_retention_period = 14
      deletion_protection     = true
    }
    """


def test_https_may_be_open_to_the_world(look: Look) -> None:
    assert look("INF-003", {"main.tf": GROUP}).passed == ["main.tf:3"]


def test_ssh_and_databases_may_not(look: Look) -> None:
    seen = look("INF-003", {"main.tf": GROUP.replace("443", "22")})

    assert seen.failed == ["main.tf:3"]
    assert [f.severity.value for f in seen.findings] == ["critical"]


def test_another_port_is_one_step_milder_and_named_sources_hold(look: Look) -> None:
    other = look("INF-003", {"main.tf": GROUP.replace("443", "7000")})
    inner = look("INF-003", {"main.tf": GROUP.replace("443", "5432").replace("0.0.0.0/0", "10.0.0.0/8")})

    assert [f.severity.value for f in other.findings] == ["high"]
    assert inner.passed == ["main.tf:3"]


def test_the_default_of_a_variable_counts(look: Look) -> None:
    text = GROUP.replace('["0.0.0.0/0"]', "var.sources").replace("443", "22")
    text += '    variable "sources" {\n      default = ["0.0.0.0/0"]\n    }\n'

    assert look("INF-003", {"main.tf": text}).failed == ["main.tf:3"]


OPEN = {
    "rule": """
        resource "aws_security_group_rule" "ssh" {
          type        = "ingress"
          from_port   = 0
          to_port     = 0
          protocol    = "-1"
          cidr_blocks = ["::/0"]
        }
        """,
    "google": """
        resource "google_compute_firewall" "ssh" {
          source_ranges = ["0.0.0.0/0"]
          allow {
            protocol = "tcp"
            ports    = ["20-25"]
          }
        }
        """,
    "azure": """
        resource "azurerm_network_security_rule" "rdp" {
          direction              = "Inbound"
          access                 = "Allow"
          source_address_prefix  = "*"
          destination_port_range = "3389"
        }
        """,
    "hetzner": """
        resource "hcloud_firewall" "db" {
          rule {
            direction  = "in"
            protocol   = "tcp"
            port       = "5432"
            source_ips = ["0.0.0.0/0"]
          }
        }
        """,
}


@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN)
def test_every_provider_s_rules_are_read(look: Look, text: str) -> None:
    seen = look("INF-003", {"main.tf": text})

    assert (seen.outcomes, [f.severity.value for f in seen.findings]) == (["fail"], ["critical"])


def test_cloudformation_is_read_too(look: Look) -> None:
    template = """
        Resources:
          Web:
            Type: AWS::EC2::SecurityGroup
            Properties:
              SecurityGroupIngress:
                - {IpProtocol: tcp, FromPort: 6379, ToPort: 6379, CidrIp: 0.0.0.0/0}
        """

    assert look("INF-003", {"template.yaml": template}).failed == ["template.yaml:6"]


def test_a_public_bucket_is_open_to_everybody(look: Look) -> None:
    acl = 'resource "aws_s3_bucket_acl" "invoices" {\n  acl = "public-read"\n}\n'

    assert look("INF-004", {"main.tf": acl}).failed == ["main.tf:2"]
    assert look("INF-004", {"main.tf": acl.replace("public-read", "private")}).passed == ["main.tf:1"]
    assert look("INF-004", {"main.tf": acl.replace("invoices", "website")}).outcomes == ["partial"]


@pytest.mark.parametrize(
    ("principal", "passed"),
    [
        ('"*"', []),
        ('{AWS: ["*"]}', []),
        ('"*"\n            Condition: {IpAddress: {"aws:SourceIp": 10.0.0.0/8}}', ["template.yaml:4"]),
        ("{AWS: 111122223333}", ["template.yaml:4"]),
    ],
)
def test_a_bucket_that_a_policy_opens_does_not_pass(look: Look, principal: str, passed: list[str]) -> None:
    template = f"""Resources:
  Papers:
    Type: AWS::S3::Bucket
    Properties: {{BucketName: papers}}
  Readers:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Papers
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: s3:GetObject
            Principal: {principal}
"""

    assert look("INF-004", {"template.yaml": template}).passed == passed
    assert look("INF-004", {"template.yaml": template.replace("Allow", "Deny")}).passed == ["template.yaml:4"]


def test_a_database_is_encrypted_and_not_public(look: Look) -> None:
    open_ = look("INF-004", {"main.tf": DATABASE.replace("= false", "= true")})
    plain = look("INF-004", {"main.tf": DATABASE.replace("storage_encrypted       = true", "")})

    assert open_.failed == ["main.tf:4"]
    assert plain.failed == ["main.tf:1"]
    assert look("INF-004", {"main.tf": DATABASE}).passed == ["main.tf:3"]


def test_whether_a_variable_encrypts_is_unknown(look: Look) -> None:
    text = DATABASE.replace("storage_encrypted       = true", "storage_encrypted = var.encrypted")

    assert look("INF-004", {"main.tf": text}).unknown == ["main.tf:3"]


def test_the_disks_of_machines_are_encrypted(look: Look) -> None:
    text = 'resource "aws_instance" "host" {\n  root_block_device {\n    encrypted = false\n  }\n}\n'

    assert look("INF-004", {"main.tf": text}).failed == ["main.tf:3"]
    assert look("INF-004", {"main.tf": text.replace("false", "true")}).passed == ["main.tf:3"]


def test_a_database_that_is_safe_holds_three_times(look: Look) -> None:
    assert look("INF-005", {"main.tf": DATABASE}).passed == ["main.tf:6", "main.tf:5", "main.tf:7"]


def test_backups_zones_and_protection_are_told_apart(look: Look) -> None:
    bare = 'resource "aws_db_instance" "main" {\n  engine = "postgres"\n  skip_final_snapshot = true\n}\n'
    seen = look("INF-005", {"main.tf": bare})

    assert seen.failed == ["main.tf:1", "main.tf:1", "main.tf:3", "main.tf:1"]
    assert "no automatic backups" in seen.text


def test_three_days_of_backups_are_few(look: Look) -> None:
    seen = look("INF-005", {"main.tf": DATABASE.replace("= 14", "= 3")})

    assert (seen.failed, seen.outcomes[0]) == (["main.tf:6"], "partial")


def test_a_google_database_states_it_in_its_own_words(look: Look) -> None:
    text = """
        resource "google_sql_database_instance" "main" {
          settings {
            availability_type = "REGIONAL"
            backup_configuration {
              enabled = false
            }
          }
        }
        """
    seen = look("INF-005", {"main.tf": text})

    assert (seen.failed, seen.passed) == (["main.tf:5"], ["main.tf:3", "main.tf:1"])


def test_what_the_calls_of_a_module_give_goes_before_its_default(look: Look) -> None:
    module = 'variable "days" {\n  default = 0\n}\nresource "aws_db_instance" "this" {\n  backup_retention_period = var.days\n}\n'
    call = 'module "database" {\n  source = "../modules/database"\n  days = 14\n}\n'
    files = {"modules/database/main.tf": module, "prod/main.tf": call}

    assert "modules/database/main.tf:5" not in look("INF-005", files).failed
    assert "modules/database/main.tf:5" in look("INF-005", {**files, "prod/main.tf": ""}).failed


def test_a_listener_that_only_some_environments_get_is_unknown(look: Look) -> None:
    text = 'resource "aws_lb_listener" "plain" {\n  count = var.cert == "" ? 1 : 0\n  port = 80\n  protocol = "HTTP"\n'
    text += '  default_action {\n    type = "forward"\n  }\n}\n'
    seen = look("INF-009", {"main.tf": text})
    assert (seen.failed, seen.unknown) == ([], ["main.tf:2"])


def test_an_instance_of_a_cluster_is_encrypted_as_its_cluster_is(look: Look) -> None:
    template = """
        AWSTemplateFormatVersion: "2010-09-09"
        Resources:
          Cluster:
            Type: AWS::RDS::DBCluster
            Properties:
              Engine: aurora-postgresql
          Writer:
            Type: AWS::RDS::DBInstance
            Properties:
              DBClusterIdentifier: !Ref Cluster
              DBInstanceClass: db.serverless
        """

    assert len(look("INF-004", {"db.yml": template}).failed) == 1
