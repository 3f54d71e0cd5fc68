"""What is recorded, kept, scanned and encrypted on its way."""

from __future__ import annotations

import pytest
from conftest import Look

RECORDS = {
    "trail": ('resource "aws_cloudtrail" "all" {\n  enable_logging = false\n  is_multi_region_trail = true\n  enable_log_file_validation = true\n}\n', 2),
    "one region": ('resource "aws_cloudtrail" "all" {\n  enable_log_file_validation = true\n}\n', 1),
    "balancer": ('resource "aws_lb" "web" {\n  access_logs {\n    enabled = false\n  }\n}\n', 3),
    "network": ('resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n', 1),
    "database": ('resource "aws_db_instance" "main" {\n  enabled_cloudwatch_logs_exports = []\n}\n', 2),
    "audit": ('resource "aws_docdb_cluster" "main" {\n  enabled_cloudwatch_logs_exports = ["profiler"]\n}\n', 2),
    "for ever": ('resource "aws_cloudwatch_log_group" "app" {\n  name = "app"\n}\n', 1),
}  # fmt: skip
RECORDED = {
    "trail": 'resource "aws_cloudtrail" "all" {\n  is_multi_region_trail = true\n  enable_log_file_validation = true\n}\n',
    "classic balancer": 'resource "aws_elb" "web" {\n  access_logs {\n    bucket = "logs"\n  }\n}\n',
    "network": 'resource "aws_vpc" "main" {}\nresource "aws_flow_log" "main" {\n  vpc_id = aws_vpc.main.id\n}\n',
    "logs": 'resource "aws_cloudwatch_log_group" "app" {\n  retention_in_days = 90\n}\n',
}


@pytest.mark.parametrize(("text", "line"), RECORDS.values(), ids=list(RECORDS))
def test_what_is_not_recorded_is_told(look: Look, text: str, line: int) -> None:
    assert look("INF-016", {"main.tf": text}).failed == [f"main.tf:{line}"]


@pytest.mark.parametrize("text", RECORDED.values(), ids=list(RECORDED))
def test_what_is_recorded_holds(look: Look, text: str) -> None:
    seen = look("INF-016", {"main.tf": text})

    assert seen.failed == []
    assert seen.passed


def test_symmetric_keys_are_rotated(look: Look) -> None:
    key = 'resource "aws_kms_key" "main" {\n  description = "data"\n}\n'

    assert look("INF-018", {"main.tf": key}).failed == ["main.tf:1"]
    assert (
        look("INF-018", {"main.tf": key.replace("description", "enable_key_rotation = true\n  description")}).failed
        == []
    )
    assert (
        look("INF-018", {"main.tf": key.replace("description", 'customer_master_key_spec = "RSA_2048" #')}).failed == []
    )


def test_buckets_keep_earlier_versions(look: Look) -> None:
    bucket = 'resource "aws_s3_bucket" "uploads" {\n  bucket = "uploads"\n}\n'
    versioning = """
        resource "aws_s3_bucket_versioning" "uploads" {
          bucket = aws_s3_bucket.uploads.id
          versioning_configuration {
            status = "Enabled"
          }
        }
        """

    assert look("INF-019", {"main.tf": bucket}).failed == ["main.tf:1"]
    assert look("INF-019", {"main.tf": bucket, "versions.tf": versioning}).passed == ["versions.tf:4"]
    assert look("INF-019", {"main.tf": bucket.replace("uploads", "access_logs"), "versions.tf": ""}).failed == []


def test_tables_can_be_brought_back(look: Look) -> None:
    table = 'resource "aws_dynamodb_table" "carts" {\n  point_in_time_recovery {\n    enabled = false\n  }\n}\n'

    assert look("INF-019", {"main.tf": table}).failed == ["main.tf:3"]
    assert look("INF-019", {"main.tf": table.replace("false", "true")}).failed == []


def test_a_registry_scans_and_keeps_its_tags(look: Look) -> None:
    loose = 'resource "aws_ecr_repository" "api" {\n  image_tag_mutability = "MUTABLE"\n}\n'
    strict = """
        resource "aws_ecr_repository" "api" {
          image_tag_mutability = "IMMUTABLE"
          image_scanning_configuration {
            scan_on_push = true
          }
        }
        """

    assert look("INF-020", {"main.tf": loose}).failed == ["main.tf:2", "main.tf:1"]
    assert look("INF-020", {"main.tf": strict}).failed == []


def test_traffic_to_a_cache_is_encrypted(look: Look) -> None:
    cache = 'resource "aws_elasticache_replication_group" "main" {\n  transit_encryption_enabled = false\n}\n'

    assert look("INF-021", {"main.tf": cache}).failed == ["main.tf:2"]
    assert look("INF-021", {"main.tf": cache.replace("false", "true")}).passed == ["main.tf:2"]
    assert look("INF-021", {"main.tf": cache.replace("false", "var.tls")}).unknown == ["main.tf:2"]


def test_load_balancers_and_caches_outlast_a_mistake(look: Look) -> None:
    bare = 'resource "aws_lb" "web" {\n  internal = false\n}\n'
    kept = bare.replace(
        "internal", "enable_deletion_protection = true\n  drop_invalid_header_fields = true\n  internal"
    )
    cache = 'resource "aws_elasticache_cluster" "main" {\n  engine = "redis"\n  snapshot_retention_limit = 0\n}\n'

    assert look("INF-022", {"main.tf": bare}).failed == ["main.tf:1", "main.tf:1"]
    assert look("INF-022", {"main.tf": kept}).failed == []
    assert look("INF-022", {"main.tf": cache}).failed == ["main.tf:3"]


def test_a_distribution_speaks_tls_only(look: Look) -> None:
    text = """
        resource "aws_cloudfront_distribution" "web" {
          default_cache_behavior {
            viewer_protocol_policy = "allow-all"
          }
          viewer_certificate {
            minimum_protocol_version = "TLSv1.2_2021"
          }
        }
        """

    assert look("INF-009", {"main.tf": text}).failed == ["main.tf:3"]
    assert look("INF-009", {"main.tf": text.replace("allow-all", "redirect-to-https")}).failed == []
