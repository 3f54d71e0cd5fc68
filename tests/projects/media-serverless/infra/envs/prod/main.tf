terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.74"
    }
  }
  backend "s3" {
    bucket       = "media-terraform-state"
    key          = "prod.tfstate"
    region       = "eu-central-1"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-central-1"
}

module "network" {
  source  = "terraform-aws-modules/vpc/aws"
  name    = "media"
  cidr    = "10.30.0.0/16"
  azs     = ["eu-central-1a", "eu-central-1b"]

  database_subnets = ["10.30.21.0/24", "10.30.22.0/24"]
}

module "bucket" {
  source = "../../modules/media-bucket"
  name   = "media-prod"
}

module "database" {
  source       = "../../modules/database"
  name         = "media-prod"
  subnet_group = module.network.database_subnet_group
  backup_days  = 14
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = var.load_balancer_arn
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

resource "aws_security_group" "edge" {
  name        = "media-edge"
  description = "The load balancer"

  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_iam_role_policy" "publisher" {
  name = "publisher"
  role = "media-publisher"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:PutObject"], Resource = "${module.bucket.arn}/*" },
      { Effect = "Deny", Action = "*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" } } },
    ]
  })
}

resource "aws_ebs_volume" "scratch" {
  availability_zone = "eu-central-1a"
  size              = 200
}

resource "aws_s3_bucket" "site" {
  bucket = "media-site-prod"
}

resource "aws_s3_bucket_acl" "site" {
  bucket = aws_s3_bucket.site.id
  acl    = "public-read-write"
}
