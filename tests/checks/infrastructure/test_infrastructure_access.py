"""Credentials in files, and rights in the cloud."""

from __future__ import annotations

from conftest import Look

POLICY = """
    data "aws_iam_policy_document" "api" {
      statement {
        actions   = ["s3:GetObject"]
        resources = ["*"]
      }
    }
    """


def test_a_password_in_a_resource_is_found(look: Look) -> None:
    text = 'resource "aws_db_instance" "main" {\n  username = "shop"\n  password = "hG7kd93bTq2x"\n}\n'

    assert look("INF-006", {"main.tf": text}).failed == ["main.tf:3"]
    assert look("INF-006", {"main.tf": text.replace('"hG7kd93bTq2x"', "var.password")}).passed == ["."]


def test_a_default_of_a_secret_variable_and_tfvars_are_found(look: Look) -> None:
    text = 'variable "db_password" {\n  default = "hG7kd93bTq2x"\n}\n'
    default = look("INF-006", {"main.tf": text})
    given = look("INF-006", {"main.tf": text.replace("default", "#"), "prod.tfvars": 'db_password = "postgres"\n'})

    assert default.failed == ["main.tf:2"]
    assert given.failed == ["prod.tfvars:1"]
    assert [f.severity.value for f in given.findings if f.open] == ["high"]


def test_names_of_secrets_are_none(look: Look) -> None:
    text = 'resource "x" "y" {\n  secret_name = "shop/db"\n  master_password = "${random_password.db.result}"\n}\n'

    assert look("INF-006", {"main.tf": text}).failed == []


def test_a_narrow_policy_holds_and_everything_on_everything_fails(look: Look) -> None:
    assert look("INF-007", {"main.tf": POLICY}).passed == ["main.tf:2"]
    assert look("INF-007", {"main.tf": POLICY.replace("s3:GetObject", "*")}).failed == ["main.tf:2"]


def test_all_of_one_service_holds_in_part(look: Look) -> None:
    seen = look("INF-007", {"main.tf": POLICY.replace("s3:GetObject", "s3:*")})

    assert (seen.failed, seen.outcomes) == (["main.tf:2"], ["partial"])


def test_a_boundary_that_denies_is_no_free_pass(look: Look) -> None:
    deny = '      statement {\n        effect    = "Deny"\n        actions   = ["iam:*"]\n        resources = ["*"]\n      }\n'
    text = POLICY.replace("s3:GetObject", "*").rstrip().removesuffix("}") + deny + "    }\n"

    assert look("INF-007", {"main.tf": text}).outcomes == ["partial"]


def test_policies_as_json_are_read(look: Look) -> None:
    text = """
        resource "aws_iam_role_policy" "api" {
          policy = jsonencode({
            Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
          })
        }
        """

    assert look("INF-007", {"main.tf": text}).failed == ["main.tf:2"]
    assert look("INF-007", {"main.tf": text.replace('"Allow"', '"Deny"')}).failed == []


def test_administrators_and_editors_are_named(look: Look) -> None:
    admin = (
        'resource "aws_iam_role_policy_attachment" "ci" {\n'
        '  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"\n}\n'
    )
    editor = 'resource "google_project_iam_member" "ci" {\n  role = "roles/editor"\n}\n'

    assert look("INF-007", {"main.tf": admin}).failed == ["main.tf:1"]
    assert look("INF-007", {"main.tf": editor}).failed == ["main.tf:1"]
    assert look("INF-007", {"main.tf": editor.replace("editor", "viewer")}).passed == ["main.tf:1"]


def test_statements_of_a_serverless_file_are_read(look: Look) -> None:
    text = """
        service: shop
        provider:
          name: aws
          iam:
            role:
              statements:
                - {Effect: Allow, Action: "*", Resource: "*"}
                - {Effect: Allow, Action: "dynamodb:GetItem", Resource: "*"}
        functions: {}
        """
    seen = look("INF-007", {"serverless.yml": text})

    assert (seen.failed, seen.passed) == (["serverless.yml:7"], ["serverless.yml:8"])


def test_a_statement_that_denies_allows_nothing(look: Look) -> None:
    text = """
        resource "aws_iam_role_policy" "publisher" {
          policy = jsonencode({
            Statement = [
              { Effect = "Allow", Action = ["s3:PutObject"], Resource = "arn:aws:s3:::site/*" },
              { Effect = "Deny", Action = "*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" } } },
            ]
          })
        }
        """

    assert look("INF-007", {"main.tf": text}).passed == ["main.tf:2"]
    assert look("INF-007", {"main.tf": text.replace('"Deny"', '"Allow"')}).failed == ["main.tf:2"]
