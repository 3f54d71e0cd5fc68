"""Budgets, firewalls and rules for logins."""

from __future__ import annotations

from conftest import Look

PROVIDER = 'provider "aws" {}\n'
DOOR = 'resource "aws_lb" "web" {\n  name = "web"\n}\n'
WALL = 'resource "aws_wafv2_web_acl" "edge" {\n  scope = "REGIONAL"\n}\n'
TIE = 'resource "aws_wafv2_web_acl_association" "edge" {\n  web_acl_arn = aws_wafv2_web_acl.edge.arn\n}\n'


def test_a_cloud_without_a_budget_is_told_once(look: Look) -> None:
    budget = 'resource "aws_budgets_budget" "all" {\n  limit_amount = "500"\n%s}\n'

    assert look("INF-060", {"infra/main.tf": PROVIDER + DOOR}).failed == ["infra"]
    heard = budget % "  notification {\n    threshold = 80\n  }\n"
    assert look("INF-060", {"infra/main.tf": PROVIDER + DOOR + heard}).passed == ["infra/main.tf:5"]
    assert look("INF-060", {"infra/main.tf": PROVIDER + DOOR + budget % ""}).outcomes == ["partial"]
    assert look("INF-060", {"infra/main.tf": 'resource "null_resource" "x" {}\n'}).outcomes == ["not_applicable"]


def test_a_firewall_stands_before_what_is_open_or_is_told(look: Look) -> None:
    assert look("INF-061", {"main.tf": DOOR}).failed == ["main.tf:1"]
    assert look("INF-061", {"main.tf": DOOR + WALL}).failed == ["main.tf:4"]
    assert look("INF-061", {"main.tf": DOOR + WALL + TIE}).passed == ["main.tf:4"]


def test_a_balancer_of_the_inside_needs_no_firewall(look: Look) -> None:
    assert look("INF-061", {"main.tf": DOOR.replace("name ", "internal = true\n  name ")}).failed == []


def test_a_pool_without_a_second_factor_and_with_short_passwords_is_told(look: Look) -> None:
    pool = 'resource "aws_cognito_user_pool" "users" {\n%s  password_policy {\n    minimum_length = %s\n  }\n}\n'

    assert look("INF-062", {"main.tf": pool % ("", 6)}).failed == ["main.tf:1", "main.tf:3"]
    strict = look("INF-062", {"main.tf": pool % ('  mfa_configuration = "OPTIONAL"\n', 12)})
    assert strict.passed == ["main.tf:2", "main.tf:4"]


def test_a_realm_that_takes_any_password_is_told(look: Look) -> None:
    realm = '{"realm": "shop", "clients": [],\n"passwordPolicy": "length(%s)",\n"bruteForceProtected": %s}'

    assert look("INF-062", {"auth/shop-realm.json": realm % (4, "false")}).failed == [
        "auth/shop-realm.json:2",
        "auth/shop-realm.json:3",
    ]
    assert look("INF-062", {"auth/shop-realm.json": realm % (12, "true")}).failed == []
