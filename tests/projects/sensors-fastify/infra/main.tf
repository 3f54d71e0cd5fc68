terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.74"
    }
  }
  backend "s3" {
    bucket       = "sensors-terraform"
    key          = "prod.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}

resource "aws_db_instance" "main" {
  identifier                      = "sensors"
  engine                          = "postgres"
  instance_class                  = "db.t4g.small"
  allocated_storage               = 20
  username                        = "sensors"
  manage_master_user_password     = true
  storage_encrypted               = true
  backup_retention_period         = 1
  multi_az                        = false
  deletion_protection             = false
  skip_final_snapshot             = true
  enabled_cloudwatch_logs_exports = ["postgresql"]
}

resource "aws_sqs_queue_policy" "readings" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/418274019256/readings"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "sqs:SendMessage", Resource = "*" },
    ]
  })
}

resource "aws_sqs_queue_policy" "alarms" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/418274019256/alarms"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "sqs:SendMessage", Resource = "*", Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:sns:eu-west-1:418274019256:alarms" } } },
    ]
  })
}

resource "aws_kms_key" "readings" {
  description = "Readings at rest"
}

resource "aws_kms_key" "exports" {
  description         = "Exports at rest"
  enable_key_rotation = true
}

resource "aws_ecr_repository" "sensors" {
  name                 = "sensors"
  image_tag_mutability = "MUTABLE"
}

resource "aws_ecr_repository" "export" {
  name                 = "sensors-export"
  image_tag_mutability = "IMMUTABLE"
  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_elasticache_replication_group" "recent" {
  replication_group_id       = "recent"
  description                = "The last hour"
  engine                     = "redis"
  node_type                  = "cache.t4g.small"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  at_rest_encryption_enabled = true
  transit_encryption_enabled = false
  snapshot_retention_limit   = 0
}

resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id       = "sessions"
  description                = "Who is logged in"
  engine                     = "redis"
  node_type                  = "cache.t4g.small"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  snapshot_retention_limit   = 7
}

resource "aws_lb" "edge" {
  name                       = "sensors"
  load_balancer_type         = "application"
  enable_deletion_protection = false
  drop_invalid_header_fields = true
  access_logs {
    bucket  = "sensors-logs"
    enabled = true
  }
}

resource "aws_cloudwatch_log_group" "sensors" {
  name              = "/sensors"
  retention_in_days = 90
}
