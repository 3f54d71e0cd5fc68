"""What outlasts a mistake, and what machines and listeners hold that they should not."""

from __future__ import annotations

import pytest
from conftest import Look

SERVICE = """
    resource "aws_ecs_service" "api" {
      cluster = "main"
      deployment_circuit_breaker {
        enable   = true
        rollback = true
      }
    }
    """
MACHINE = """
    resource "aws_instance" "api" {
      iam_instance_profile = "api"
      metadata_options {
        http_tokens = "required"
      }
    }
    """
BALANCER = """
    resource "aws_security_group" "front" {
      ingress {
        from_port   = 0
        to_port     = 0
        protocol    = "-1"
        cidr_blocks = ["0.0.0.0/0"]
      }
    }
    resource "aws_lb" "front" {
      security_groups = [aws_security_group.front.id]
    }
    resource "aws_lb_listener" "a" {
      load_balancer_arn = aws_lb.front.arn
      port              = 443
      protocol          = "HTTPS"
    }
    resource "aws_lb_listener" "b" {
      load_balancer_arn = aws_lb.front.arn
      port              = 443
      protocol          = "HTTPS"
    }
    """


def test_a_release_of_ecs_is_taken_back_by_a_circuit_breaker_or_another_controller(look: Look) -> None:
    without = SERVICE.replace("rollback = true", "rollback = false")
    shifted = (
        SERVICE.split("      deployment_circuit")[0] + '      deployment_controller {\n type = "CODE_DEPLOY"\n}\n}\n'
    )

    assert look("INF-022", {"main.tf": SERVICE}).passed == ["main.tf:5"]
    assert look("INF-022", {"main.tf": without}).failed == ["main.tf:3"]
    assert look("INF-022", {"main.tf": shifted}).outcomes == ["not_applicable"]


def test_a_group_of_caches_without_failover_is_told(look: Look) -> None:
    group = 'resource "aws_elasticache_replication_group" "c" {\n  multi_az_enabled = true\n}\n'

    assert look("INF-022", {"main.tf": group}).failed == ["main.tf:1"]


def test_credentials_of_a_machine_are_given_for_a_token_only(look: Look) -> None:
    assert look("INF-007", {"main.tf": MACHINE}).passed == ["main.tf:4"]
    assert look("INF-007", {"main.tf": MACHINE.replace("required", "optional")}).failed == ["main.tf:4"]
    assert look("INF-007", {"main.tf": MACHINE.replace("iam_instance_profile", "key_name")}).outcomes == [
        "not_applicable"
    ]


@pytest.mark.parametrize(("policy", "holds"), [("AmazonS3FullAccess", False), ("AmazonS3ReadOnlyAccess", True)])
def test_a_policy_of_full_access_holds_in_part(look: Look, policy: str, holds: bool) -> None:
    role = f'resource "aws_iam_role_policy_attachment" "a" {{\n  policy_arn = "arn:aws:iam::aws:policy/{policy}"\n}}\n'
    seen = look("INF-007", {"main.tf": role})

    assert seen.outcomes == (["pass"] if holds else ["partial"])


def test_a_table_of_a_template_is_judged_as_one_of_terraform(look: Look) -> None:
    template = "Resources:\n  Berths:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      TableName: b\n"
    kept = template + "      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}\n"

    assert "template.yaml:4" in look("INF-019", {"template.yaml": template}).failed
    assert look("INF-019", {"template.yaml": kept}).passed == ["template.yaml:6"]


def test_a_bucket_of_a_template_keeps_earlier_versions(look: Look) -> None:
    template = "Resources:\n  Papers:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: papers\n"
    kept = template + "      VersioningConfiguration: {Status: Enabled}\n"

    assert look("INF-019", {"template.yaml": template}).failed == ["template.yaml:4"]
    assert look("INF-019", {"template.yaml": kept}).passed == ["template.yaml:6"]
    assert look("INF-019", {"template.yaml": kept.replace("Enabled", "Suspended")}).failed == ["template.yaml:6"]
    assert look("INF-019", {"template.yaml": template.replace("apers", "aper-logs")}).outcomes == ["not_applicable"]


@pytest.mark.parametrize(
    ("beside", "within", "stays"),
    [
        ("", "", False),
        ("    DeletionPolicy: Delete\n", "", False),
        ("    DeletionPolicy: Retain\n", "", True),
        ("", "      DeletionProtectionEnabled: true\n", True),
    ],
)
def test_a_table_of_a_template_may_go_with_its_stack(look: Look, beside: str, within: str, stays: bool) -> None:
    head = "Resources:\n  Berths:\n    Type: AWS::DynamoDB::Table\n"
    recovery = "      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}\n"
    seen = look("INF-019", {"template.yaml": f"{head}{beside}    Properties:\n{recovery}{within}"})

    assert bool(seen.failed) is not stays


def test_an_open_group_of_load_balancers_alone_is_milder_than_one_of_machines(look: Look) -> None:
    machines = BALANCER + 'resource "aws_instance" "x" {\n  vpc_security_group_ids = [aws_security_group.front.id]\n}\n'

    assert [f.severity for f in look("INF-003", {"main.tf": BALANCER}).findings] == ["medium"]
    assert [f.severity for f in look("INF-003", {"main.tf": machines}).findings] == ["critical"]


def test_a_second_listener_on_a_port_is_refused(look: Look) -> None:
    first, second, third = BALANCER.split("443")

    assert look("INF-009", {"main.tf": BALANCER}).failed == ["main.tf:19"]
    assert look("INF-009", {"main.tf": f"{first}443{second}8443{third}"}).failed == []


def test_a_password_that_anybody_guesses_in_a_task_is_told(look: Look) -> None:
    play = "- hosts: db\n  tasks:\n    - postgresql_user: {name: api, password: api_password}\n"

    assert look("INF-006", {"site.yml": play}).failed == ["site.yml:3"]
    assert look("INF-006", {"site.yml": play.replace("api_password", '"{{ vault_password }}"')}).failed == []


def test_a_target_group_asks_what_a_service_answers(look: Look) -> None:
    group = 'resource "aws_lb_target_group" "api" {\n  health_check {\n    path = "/health"\n  }\n}\n'
    app = {
        "package.json": '{"name": "api", "scripts": {"start": "node app.js"}, "dependencies": {"express": "^4"}}',
        "app.js": "const app = require('express')()\napp.get('/health', (q, s) => s.send('ok'))\napp.listen(3000)\n",
        "Dockerfile": "FROM node:22\nCOPY . .\nCMD node app.js\n",
    }

    assert look("INF-008", {**app, "main.tf": group}).passed == ["main.tf:3"]
    assert look("INF-008", {**app, "main.tf": group.replace("/health", "/ready")}).failed == ["main.tf:3"]


def test_a_container_with_an_address_of_the_internet_holds_in_part(look: Look) -> None:
    service = 'resource "aws_ecs_service" "a" {\n  network_configuration {\n    assign_public_ip = true\n  }\n}\n'

    assert look("INF-003", {"main.tf": service}).outcomes == ["partial"]
    assert look("INF-003", {"main.tf": service.replace("true", "false")}).outcomes == ["not_applicable"]
