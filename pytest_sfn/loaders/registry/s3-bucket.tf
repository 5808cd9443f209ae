# https://registry.terraform.io/modules/terraform-aws-modules/s3-bucket/aws

variable "bucket" {}

resource "aws_s3_bucket" "this" {
  bucket = var.bucket
}

output "s3_bucket_arn" { value = aws_s3_bucket.this.arn }
output "s3_bucket_id" { value = aws_s3_bucket.this.id }
