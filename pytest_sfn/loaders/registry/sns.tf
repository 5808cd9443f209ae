# https://registry.terraform.io/modules/terraform-aws-modules/sns/aws

variable "name" {}
variable "fifo_topic" { default = false }

resource "aws_sns_topic" "this" {
  name       = var.fifo_topic ? "${trimsuffix(var.name, ".fifo")}.fifo" : var.name
  fifo_topic = var.fifo_topic
}

output "topic_arn" { value = aws_sns_topic.this.arn }
output "topic_id" { value = aws_sns_topic.this.id }
output "topic_name" { value = aws_sns_topic.this.name }
output "sns_topic_arn" { value = aws_sns_topic.this.arn }
