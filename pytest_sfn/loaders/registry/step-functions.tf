# https://registry.terraform.io/modules/terraform-aws-modules/step-functions/aws

variable "name" {}

resource "aws_sfn_state_machine" "this" {
  name = var.name
}

output "state_machine_arn" { value = aws_sfn_state_machine.this.arn }
output "state_machine_id" { value = aws_sfn_state_machine.this.id }
output "state_machine_name" { value = aws_sfn_state_machine.this.name }
