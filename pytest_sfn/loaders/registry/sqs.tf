# https://registry.terraform.io/modules/terraform-aws-modules/sqs/aws

variable "name" {}
variable "fifo_queue" { default = false }

resource "aws_sqs_queue" "this" {
  name       = var.fifo_queue ? "${trimsuffix(var.name, ".fifo")}.fifo" : var.name
  fifo_queue = var.fifo_queue
}

output "queue_arn" { value = aws_sqs_queue.this.arn }
output "queue_id" { value = aws_sqs_queue.this.id }
output "queue_url" { value = aws_sqs_queue.this.url }
output "queue_name" { value = aws_sqs_queue.this.name }
