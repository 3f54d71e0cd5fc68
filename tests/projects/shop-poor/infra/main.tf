# The host of the pop-up shops.
terraform {
  required_version = "~> 1.10"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "subnet_id" {
  description = "Subnet of the host."
  type        = string
}

variable "vpc_id" {
  description = "Network of the host."
  type        = string
}

variable "ami_id" {
  description = "Hardened image of the platform team."
  type        = string
}

resource "aws_security_group" "host" {
  name   = "shop-host"
  vpc_id = var.vpc_id

  ingress {
    description = "HTTP, answered with a redirect"
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    description = "HTTPS"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    description = "SSH"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    description = "Payments, mail, carrier, registry, backup"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "host" {
  ami                    = var.ami_id
  instance_type          = "t3.large"
  subnet_id              = var.subnet_id
  vpc_security_group_ids = [aws_security_group.host.id]

  metadata_options {
    http_tokens = "required"
  }

  root_block_device {
    encrypted   = false
    volume_size = 60
  }
}
