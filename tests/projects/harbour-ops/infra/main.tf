terraform {
  backend "s3" {
    bucket  = "harbour-state"
    key     = "prod"
    region  = "eu-central-1"
    encrypt = true
  }
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.60"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_security_group" "front" {
  description = "The load balancer"
  ingress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb" "front" {
  security_groups            = [aws_security_group.front.id]
  enable_deletion_protection = true
  drop_invalid_header_fields = true
  access_logs {
    bucket  = "harbour-logs"
    enabled = true
  }
}

resource "aws_lb_listener" "secure" {
  load_balancer_arn = aws_lb.front.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.berths.arn
  }
}

resource "aws_lb_listener" "secure_again" {
  load_balancer_arn = aws_lb.front.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.berths.arn
  }
}

resource "aws_lb_listener" "plain" {
  load_balancer_arn = aws_lb.front.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_target_group" "berths" {
  port     = 8080
  protocol = "HTTP"
  health_check {
    path = "/alive"
  }
}

resource "aws_lb_target_group" "tides" {
  port     = 8080
  protocol = "HTTP"
  health_check {
    path = "/healthz"
  }
}

resource "aws_ecs_service" "berths" {
  cluster       = "harbour"
  desired_count = 2
  network_configuration {
    assign_public_ip = true
  }
}

resource "aws_ecs_service" "tides" {
  cluster       = "harbour"
  desired_count = 2
  network_configuration {
    assign_public_ip = false
  }
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
}

resource "aws_elasticache_replication_group" "tides" {
  description                = "Tides, once computed"
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
}

resource "aws_elasticache_replication_group" "sessions" {
  description                = "Who is logged in"
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  automatic_failover_enabled = true
  multi_az_enabled           = true
}

resource "aws_instance" "pilot" {
  ami                  = "ami-0123456789abcdef0"
  iam_instance_profile = "pilot"
  user_data            = <<-EOF
    #!/bin/bash
    export PILOT_DB_PASSWORD=Wq7mPz19XkTb
    systemctl start pilot
  EOF
}

resource "aws_instance" "crane" {
  ami                  = "ami-0123456789abcdef0"
  iam_instance_profile = "crane"
  metadata_options {
    http_tokens = "required"
  }
  user_data = <<-EOF
    #!/bin/bash
    export CRANE_DB_PASSWORD=$(aws ssm get-parameter --name /crane/db --with-decryption --query Parameter.Value)
    systemctl start crane
  EOF
}

resource "aws_iam_role_policy_attachment" "crane_logs" {
  role       = "crane"
  policy_arn = "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"
}

resource "aws_iam_role_policy_attachment" "crane_agent" {
  role       = "crane"
  policy_arn = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
}
