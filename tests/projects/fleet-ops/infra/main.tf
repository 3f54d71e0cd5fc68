resource "aws_budgets_budget" "silent" {
  budget_type  = "COST"
  limit_amount = "300"
}

resource "aws_budgets_budget" "heard" {
  budget_type  = "COST"
  limit_amount = "500"
  notification {
    threshold                  = 80
    subscriber_email_addresses = ["finance@fleet.test"]
  }
}

resource "aws_wafv2_web_acl" "unused" {
  scope = "REGIONAL"
}

resource "aws_wafv2_web_acl" "edge" {
  scope = "REGIONAL"
}

resource "aws_wafv2_web_acl_association" "gateway" {
  web_acl_arn  = aws_wafv2_web_acl.edge.arn
  resource_arn = var.gateway_arn
}

variable "gateway_arn" {
  type = string
}

resource "aws_cognito_user_pool" "drivers" {
  name = "drivers"
  password_policy {
    minimum_length = 6
  }
}

resource "aws_cognito_user_pool" "staff" {
  name              = "staff"
  mfa_configuration = "ON"
  password_policy {
    minimum_length = 14
  }
}
