# https://registry.terraform.io/modules/terraform-aws-modules/eventbridge/aws

variable "bus_name" { default = "default" }

resource "aws_cloudwatch_event_bus" "this" {
  name = var.bus_name
}

output "eventbridge_bus_arn" { value = aws_cloudwatch_event_bus.this.arn }
output "eventbridge_bus_name" { value = aws_cloudwatch_event_bus.this.name }
