# https://registry.terraform.io/modules/terraform-aws-modules/lambda/aws

variable "function_name" {}
variable "handler" { default = null }
variable "runtime" { default = null }
variable "package_type" { default = "Zip" }
variable "timeout" { default = 3 }
variable "memory_size" { default = 128 }
variable "layers" { default = null }
variable "environment_variables" { default = {} }
variable "source_path" { default = null }
variable "local_existing_package" { default = null }
variable "layer_name" {}
variable "create_function" { default = true }
variable "create_layer" { default = false }

locals {
  # a path, a list of paths, an object with a path, or a list of such objects
  first  = try(var.source_path[0], var.source_path)
  path   = try(local.first.path, local.first)
  folder = can(regex("\\.\\w+$", local.path)) ? dirname(local.path) : local.path
  code   = var.local_existing_package != null ? var.local_existing_package : local.path == null ? null : local.folder
}

resource "aws_lambda_function" "this" {
  count         = var.create_function && !var.create_layer ? 1 : 0
  function_name = var.function_name
  handler       = var.handler
  runtime       = var.runtime
  package_type  = var.package_type
  filename      = local.code
  timeout       = var.timeout
  memory_size   = var.memory_size
  layers        = var.layers
  environment {
    variables = var.environment_variables
  }
}

resource "aws_lambda_layer_version" "layer" {
  count      = var.create_layer ? 1 : 0
  layer_name = var.layer_name
  filename   = local.code
}

output "lambda_function_arn" { value = aws_lambda_function.this.arn }
output "lambda_function_arn_static" { value = aws_lambda_function.this.arn }
output "lambda_function_name" { value = aws_lambda_function.this.function_name }
output "lambda_function_invoke_arn" { value = aws_lambda_function.this.invoke_arn }
output "lambda_function_qualified_arn" { value = aws_lambda_function.this.qualified_arn }
output "lambda_function_version" { value = aws_lambda_function.this.version }
output "lambda_layer_arn" { value = aws_lambda_layer_version.layer.arn }
