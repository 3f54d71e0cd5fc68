provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.74.0"
  constraints = "~> 5.74"
  hashes = [
    "h1:qhFGsqWVsmD6sOEmaGLcwz6X8fGbBbSvHlqBoH5k5dg=",
  ]
}
