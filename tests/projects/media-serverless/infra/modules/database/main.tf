variable "name" {
  type = string
}

variable "subnet_group" {
  type = string
}

variable "backup_days" {
  type    = number
  default = 0
}

variable "allowed_cidrs" {
  type    = list(string)
  default = ["0.0.0.0/0"]
}

resource "aws_security_group" "this" {
  name        = "${var.name}-database"
  description = "Functions reach the database"

  ingress {
    description = "PostgreSQL"
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = var.allowed_cidrs
  }
}

resource "aws_db_instance" "this" {
  identifier                  = var.name
  engine                      = "postgres"
  engine_version              = "16.4"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 50
  username                    = "media"
  manage_master_user_password = true
  storage_encrypted           = true
  multi_az                    = true
  deletion_protection         = true
  skip_final_snapshot         = false
  final_snapshot_identifier   = "${var.name}-last"
  backup_retention_period     = var.backup_days
  db_subnet_group_name        = var.subnet_group
  vpc_security_group_ids      = [aws_security_group.this.id]
}
