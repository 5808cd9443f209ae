# https://registry.terraform.io/modules/terraform-aws-modules/secrets-manager/aws

variable "name" {}

resource "aws_secretsmanager_secret" "this" {
  name = var.name
}

output "secret_arn" { value = aws_secretsmanager_secret.this.arn }
output "secret_id" { value = aws_secretsmanager_secret.this.id }
