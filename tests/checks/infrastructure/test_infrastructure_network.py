"""Networks: what ICMP, any /0, network ACLs and the API of a cluster let in."""

from __future__ import annotations

from conftest import Look

RULE = """
    resource "aws_security_group" "web" {
      ingress {
        from_port   = 22
        to_port     = 22
        protocol    = "tcp"
        cidr_blocks = ["1.0.0.0/0"]
      }
    }
    """


def test_any_network_without_mask_bits_is_the_whole_internet(look: Look) -> None:
    seen = look("INF-003", {"main.tf": RULE})

    assert seen.failed == ["main.tf:3"]
    assert [e.line for e in seen.findings[0].evidence] == [3, 6]


def test_a_rule_about_icmp_opens_no_port(look: Look) -> None:
    ping = RULE.replace('"tcp"', '"icmp"').replace("= 22", "= -1")

    assert look("INF-003", {"main.tf": ping}).failed == []


def test_a_network_acl_is_told_for_the_ports_of_administration_only(look: Look) -> None:
    acl = """
        resource "aws_network_acl_rule" "in" {
          egress      = false
          rule_action = "allow"
          protocol    = "tcp"
          cidr_block  = "0.0.0.0/0"
          from_port   = 3389
          to_port     = 3389
        }
        """

    assert look("INF-003", {"main.tf": acl}).failed == ["main.tf:6"]
    assert look("INF-003", {"main.tf": acl.replace("3389", "443")}).failed == []
    assert look("INF-003", {"main.tf": acl.replace("= false", "= true")}).failed == []


def test_the_api_of_a_cluster_is_for_named_networks(look: Look) -> None:
    cluster = """
        resource "aws_eks_cluster" "main" {
          vpc_config {
            endpoint_public_access = true
            public_access_cidrs    = ["0.0.0.0/0"]
          }
        }
        """

    assert look("INF-003", {"main.tf": cluster}).failed == ["main.tf:4"]
    assert look("INF-003", {"main.tf": cluster.replace("0.0.0.0/0", "10.0.0.0/8")}).passed == ["main.tf:4"]
    assert look("INF-003", {"main.tf": cluster.replace("= true", "= false")}).passed == ["main.tf:3"]


def test_a_registry_s_module_is_judged_by_what_it_sets(look: Look) -> None:
    call = """
        module "bucket" {
          source  = "terraform-aws-modules/s3-bucket/aws"
          version = "4.1.0"
          acl     = "public-read"
        }
        """

    assert look("INF-004", {"main.tf": call}).failed == ["main.tf:4"]
    assert look("INF-004", {"main.tf": call.replace('acl     = "public-read"', "")}).failed == []


def test_a_git_module_is_pinned_by_its_reference(look: Look) -> None:
    call = """
        module "net" {
          source  = "git::https://example.com/net.git"
          version = "~> 2.0"
        }
        """

    assert look("INF-002", {"main.tf": call}).failed == ["main.tf:1"]
    assert look("INF-002", {"main.tf": call.replace(".git", ".git?ref=v2.0.1")}).passed == ["main.tf:1"]


def test_the_group_of_endpoints_of_the_network_answers_little(look: Look) -> None:
    group = (
        'resource "aws_security_group" "ends" {\n  ingress {\n    from_port = 0\n    to_port = 0\n    protocol = "-1"\n'
        '    cidr_blocks = ["0.0.0.0/0"]\n  }\n}\n'
    )
    module = 'module "ends" {\n  source = "terraform-aws-modules/vpc/aws//modules/vpc-endpoints"\n'
    module += "  security_group_ids = [aws_security_group.ends.id]\n}\n"

    def grave(text: str) -> list[str]:
        return [str(f.severity) for f in look("INF-003", {"main.tf": text}).findings if f.outcome.open]

    assert grave(group) == ["critical"]
    assert grave(group + module) == ["medium"]
