variable "load_balancer_arn" {
  type = string
}

variable "webhook_secret" {
  type      = string
  sensitive = true
}

variable "smtp_password" {
  type    = string
  default = "Vb7-kq2LmZ0x4Tn"
}
