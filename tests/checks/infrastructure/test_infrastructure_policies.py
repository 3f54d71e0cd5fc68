"""Whom access policies let in: as JSON, with jsonencode, as a document."""

from __future__ import annotations

import pytest
from conftest import Look

STATEMENT = '{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}'
WRITTEN = {
    "json": f'resource "aws_sqs_queue_policy" "q" {{\n  policy = <<EOF\n{{"Statement": [{STATEMENT}]}}\nEOF\n}}\n',
    "encoded": 'resource "aws_sqs_queue_policy" "q" {\n  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = ["sqs:*"] }] })\n}\n',
    "document": """
        resource "aws_sqs_queue_policy" "q" {
          policy = data.aws_iam_policy_document.q.json
        }
        data "aws_iam_policy_document" "q" {
          statement {
            actions = ["sqs:SendMessage"]
            principals {
              type        = "AWS"
              identifiers = ["*"]
            }
          }
        }
        """,
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=list(WRITTEN))
def test_a_policy_for_everybody_is_told_however_it_is_written(look: Look, text: str) -> None:
    assert look("INF-017", {"main.tf": text}).failed == ["main.tf:2"]


def test_the_statement_within_a_policy_is_shown_at_its_own_line(look: Look) -> None:
    seen = look("INF-017", {"main.tf": WRITTEN["json"]})

    assert [e.line for e in seen.findings[0].evidence] == [2, 3]


def test_who_is_named_and_who_a_condition_names_hold(look: Look) -> None:
    named = WRITTEN["json"].replace('"Principal": "*"', '"Principal": {"AWS": "arn:aws:iam::123456789012:role/api"}')
    narrowed = WRITTEN["json"].replace(
        '"Resource"', '"Condition": {"ArnEquals": {"aws:SourceArn": "arn:x"}}, "Resource"'
    )

    assert look("INF-017", {"main.tf": named}).passed == ["main.tf:2"]
    assert look("INF-017", {"main.tf": narrowed}).passed == ["main.tf:2"]


def test_a_condition_on_addresses_holds_in_part_and_so_does_what_is_named_public(look: Look) -> None:
    partly = WRITTEN["json"].replace(
        '"Resource"', '"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "Resource"'
    )
    public = WRITTEN["json"].replace("aws_sqs_queue_policy", "aws_s3_bucket_policy").replace('"q"', '"website"')

    assert look("INF-017", {"main.tf": partly}).outcomes == ["partial"]
    assert look("INF-017", {"main.tf": public.replace("sqs:SendMessage", "s3:GetObject")}).outcomes == ["partial"]


def test_a_function_is_not_called_by_everybody(look: Look) -> None:
    text = 'resource "aws_lambda_permission" "call" {\n  principal = "*"\n}\n'

    assert look("INF-017", {"main.tf": text}).failed == ["main.tf:2"]
    assert look("INF-017", {"main.tf": text.replace('"*"', '"s3.amazonaws.com"')}).passed == ["main.tf:2"]
