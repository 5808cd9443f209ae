from __future__ import annotations

from pathlib import Path

from pytest_sfn.asl.source import find_text
from pytest_sfn.loaders.formats import read_template
from pytest_sfn.loaders.terraform import TerraformTemplate

MAIN = """
resource "aws_sqs_queue" "a" {
  name = "first"
  delay_seconds = var.delay
}
resource "aws_sqs_queue" "b" {
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.a.arn })
}
resource "aws_dynamodb_table" "t" {
  hash_key = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
"""


def test_resources_have_values_blocks_and_what_they_need(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text(MAIN)
    template = read_template(find_text(path)[0], path)
    assert isinstance(template, TerraformTemplate)

    a, b, table = template.all_resources

    assert (a.address, a.name, a.attribute("arn")) == ("aws_sqs_queue.a", "first", "arn:aws:sqs:us-east-1:123456789012:first")
    assert a.value("delay_seconds") == "${var.delay}"
    assert "var.delay" in a.unknown
    assert (a.needs, b.needs) == (set(), {"aws_sqs_queue.a"})
    assert table.blocks("attribute") == [{"name": "id", "type": "S"}]
    assert (table.attribute("hash_key"), table.attribute("nothing")) == ("id", None)
    assert [each.location.line for each in (a, b, table) if each.location is not None] == [2, 6, 9]
