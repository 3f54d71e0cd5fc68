terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
  backend "s3" {
    bucket = "media-terraform-state"
    key    = "staging.tfstate"
    region = "eu-central-1"
  }
}

provider "aws" {
  region = "eu-central-1"
}

module "database" {
  source        = "../../modules/database"
  name          = "media-staging"
  subnet_group  = "media-staging"
  backup_days   = 7
  allowed_cidrs = ["10.30.0.0/16"]
}
