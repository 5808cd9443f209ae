from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_sfn import DefinitionWarning, DeploymentError, SfnAws

MAIN = """
variable "stage" { default = "dev" }
variable "address" {}

resource "aws_dynamodb_table" "orders" {
  name      = "orders-${var.stage}"
  hash_key  = "id"
  range_key = "at"
  attribute {
    name = "id"
    type = "S"
  }
  attribute {
    name = "at"
    type = "N"
  }
  global_secondary_index {
    name            = "by-time"
    hash_key        = "at"
    projection_type = "KEYS_ONLY"
  }
  stream_enabled   = true
  stream_view_type = "NEW_IMAGE"
  ttl {
    attribute_name = "until"
    enabled        = true
  }
}
resource "aws_sqs_queue" "dead" { name = "dead" }
resource "aws_sqs_queue" "work" {
  name                       = "work.fifo"
  fifo_queue                 = true
  visibility_timeout_seconds = 7
}
resource "aws_sqs_queue" "inbox" {
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 3 })
}
resource "aws_sns_topic" "news" { name = "news" }
resource "aws_sns_topic_subscription" "inbox" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.inbox.arn
}
resource "aws_s3_bucket" "my_files" {}
resource "aws_s3_bucket_versioning" "files" {
  bucket = aws_s3_bucket.my_files.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_notification" "files" {
  bucket      = aws_s3_bucket.my_files.id
  eventbridge = true
  queue {
    queue_arn     = aws_sqs_queue.inbox.arn
    events        = ["s3:ObjectCreated:*"]
    filter_suffix = ".csv"
  }
}
resource "aws_secretsmanager_secret" "key" { name = "key" }
resource "aws_secretsmanager_secret_version" "key" {
  secret_id     = aws_secretsmanager_secret.key.id
  secret_string = "s3"
}
resource "aws_ssm_parameter" "limit" {
  name  = "/limit"
  type  = "String"
  value = 5
}
resource "aws_cloudwatch_event_bus" "shop" { name = "shop" }
resource "aws_cloudwatch_event_rule" "paid" {
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  event_pattern  = jsonencode({ source = ["shop"] })
}
resource "aws_cloudwatch_event_target" "paid" {
  rule           = aws_cloudwatch_event_rule.paid.name
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  arn            = aws_sfn_state_machine.flow.arn
  input_transformer {
    input_paths    = { id = "$.detail.id" }
    input_template = "{\\"id\\": <id>}"
  }
}
resource "aws_scheduler_schedule" "daily" {
  schedule_expression = "rate(1 days)"
  flexible_time_window { mode = "OFF" }
  target {
    arn      = aws_sfn_state_machine.flow.arn
    role_arn = "arn:aws:iam::123456789012:role/r"
    input    = jsonencode({ id = 0 })
  }
}
resource "aws_cloudwatch_log_group" "logs" { name = "/shop" }
resource "aws_kinesis_stream" "clicks" {
  name = "clicks"
  stream_mode_details { stream_mode = "ON_DEMAND" }
}
resource "aws_iam_role" "role" { name = "r" }
resource "random_id" "id" {}
resource "aws_sfn_activity" "review" { name = "review" }
resource "aws_sqs_queue" "none" {
  count = 0
}
resource "aws_sfn_state_machine" "flow" {
  name       = "flow"
  definition = jsonencode({ StartAt = "A", States = { A = { Type = "Pass", End = true } } })
}
"""


def test_terraform(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(MAIN)

    deployed = sfn_aws.deploy(tmp_path / "main.tf", parameters={"stage": "test"})

    table = sfn_aws.client("dynamodb").describe_table(TableName=deployed.ref("orders"))["Table"]
    assert (table["TableName"], table["TableArn"]) == ("orders-test", deployed.get_att("aws_dynamodb_table.orders", "arn"))
    assert [each["IndexName"] for each in table["GlobalSecondaryIndexes"]] == ["by-time"]
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
    sqs, s3 = sfn_aws.client("sqs"), sfn_aws.client("s3")
    inbox = deployed.ref("aws_sqs_queue.inbox")
    sfn_aws.client("sns").publish(TopicArn=deployed.ref("news"), Message="hello")
    messages = sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10)["Messages"]
    bodies = [json.loads(each["Body"]) for each in messages]
    assert "hello" in [each.get("Message") for each in bodies]
    assert "s3:TestEvent" in [each.get("Event") for each in bodies]
    assert s3.get_bucket_versioning(Bucket="my-files")["Status"] == "Enabled"
    secrets = sfn_aws.client("secretsmanager")
    assert secrets.get_secret_value(SecretId=deployed.ref("aws_secretsmanager_secret.key"))["SecretString"] == "s3"
    assert sfn_aws.client("ssm").get_parameter(Name="/limit")["Parameter"]["Value"] == "5"
    entry = {"Source": "shop", "DetailType": "x", "Detail": '{"id": 7}', "EventBusName": "shop"}
    sfn_aws.client("events").put_events(Entries=[entry])
    sfn_aws.advance(1)
    assert sorted(each.output["id"] for each in sfn_aws.executions) == [0, 7]
    assert "aws_sqs_queue.none" not in deployed.made
    assert deployed["flow"] is deployed["aws_sfn_state_machine.flow"]


def test_a_value_that_is_not_known_is_told_with_its_way_out(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'variable "url" {}\nresource "aws_ssm_parameter" "url" {\n  name = "url"\n  type = "String"\n  value = var.url\n}\n'
        'resource "aws_appconfig_application" "shop" { name = "shop" }\n'
        'resource "aws_lambda_function" "save" {\n  function_name = "save"\n'
        "  environment { variables = { APP = aws_appconfig_application.shop.id } }\n}\n"
    )

    with pytest.raises(DeploymentError) as caught:
        sfn_aws.deploy(tmp_path / "main.tf")

    first, second = caught.value.lacking
    assert (first.logical_id, first.type, first.location.line) == ("aws_ssm_parameter.url", "aws_ssm_parameter", 2)
    assert "parameters={'url': ...}" in first.fix
    assert (second.logical_id, second.type) == ("aws_appconfig_application.shop", "aws_appconfig_application")
    assert second.why == "pytest-sfn does not make resources of this type, and save refers to it"
    assert sfn_aws.deploy(tmp_path / "main.tf", parameters={"url": "x"}, partial=True).made == ["aws_ssm_parameter.url"]


def test_a_plan(sfn_aws: SfnAws, tmp_path: Path) -> None:
    values = {"name": "orders", "hash_key": "id", "attribute": [{"name": "id", "type": "S"}]}
    machine = {"name": "flow", "definition": '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'}
    mapping = {"event_source_arn": "arn"}
    resources = [
        {"address": f"{kind}.it", "type": kind, "name": "it", "values": each}
        for kind, each in (
            ("aws_dynamodb_table", values),
            ("aws_sqs_queue", {"name": "work", "fifo_queue": False}),
            ("aws_sfn_state_machine", machine),
            ("aws_lambda_event_source_mapping", mapping),
        )
    ]
    plan = {"terraform_version": "1.9", "planned_values": {"root_module": {"resources": resources}}}
    (tmp_path / "plan.json").write_text(json.dumps(plan))

    with pytest.warns(DefinitionWarning, match="nothing reads its source and calls the function"):
        deployed = sfn_aws.deploy(tmp_path / "plan.json")

    assert deployed.ref("aws_sqs_queue.it") == sfn_aws.client("sqs").get_queue_url(QueueName="work")["QueueUrl"]
    assert sfn_aws.client("dynamodb").list_tables()["TableNames"] == ["orders"]
    assert deployed.machine.run({}).succeeded


MORE = """
variable "stage" {}
variable "enabled" { type = bool }

resource "aws_kms_key" "key" {}
resource "aws_kms_alias" "key" {
  name = "alias/shop"
  target_key_id = aws_kms_key.key.key_id
}
resource "aws_sqs_queue" "dead" {
  name = "${var.stage}-dead.fifo"
  fifo_queue = true
}
resource "aws_sqs_queue" "main" {
  name = "main"
  redrive_policy = var.enabled ? jsonencode({ deadLetterTargetArn = "arn", maxReceiveCount = 3 }) : null
}
resource "aws_s3_bucket" "b" { bucket = "${var.stage}-b" }
resource "aws_s3_object" "config" {
  bucket = aws_s3_bucket.b.id
  key = "config.json"
  content = jsonencode({ a = 1 })
}
resource "aws_dynamodb_table" "orders" {
  name = "orders"
  hash_key = "id"
  dynamic "attribute" {
    for_each = ["id", "at"]
    content {
      name = attribute.value
      type = "S"
    }
  }
  global_secondary_index {
    name = "by-time"
    projection_type = "ALL"
    key_schema {
      attribute_name = "at"
      key_type = "HASH"
    }
  }
}
resource "aws_dynamodb_table_item" "first" {
  table_name = aws_dynamodb_table.orders.name
  hash_key = "id"
  item = jsonencode({ id = { S = "1" }, at = { S = "now" } })
}
resource "aws_sfn_state_machine" "flow" {
  name = "flow"
  publish = true
  definition = jsonencode({ StartAt = "A", States = { A = { Type = "Succeed" } } })
}
resource "aws_sfn_alias" "live" {
  name = "live"
  routing_configuration {
    state_machine_version_arn = aws_sfn_state_machine.flow.state_machine_version_arn
    weight = 100
  }
}
resource "aws_ssm_parameter" "alias" {
  name = "alias"
  value = aws_sfn_alias.live.arn
}
resource "aws_kinesis_firehose_delivery_stream" "archive" {
  name = "archive"
  destination = "extended_s3"
  extended_s3_configuration {
    role_arn = "arn:aws:iam::123456789012:role/r"
    bucket_arn = aws_s3_bucket.b.arn
  }
}
resource "aws_cloudwatch_event_connection" "shop" {
  name = "shop"
  authorization_type = "API_KEY"
}
resource "aws_sesv2_email_identity" "sender" { email_identity = "shop@example.com" }
resource "aws_ses_template" "hello" {
  name = "hello"
  subject = "Hello"
  text = "{{name}}"
}
"""


def test_more_of_terraform(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(MORE)
    deployed = sfn_aws.deploy(tmp_path / "main.tf", parameters={"enabled": False})

    kms = sfn_aws.client("kms")
    assert kms.describe_key(KeyId="alias/shop")["KeyMetadata"]["Arn"] == deployed.get_att("aws_kms_key.key", "arn")
    assert deployed.ref("aws_sqs_queue.dead").endswith("/dead.fifo")  # the stage is not known
    bucket = deployed.ref("aws_s3_bucket.b")
    assert sfn_aws.client("s3").get_object(Bucket=bucket, Key="config.json")["Body"].read() == b'{"a":1}'
    found = sfn_aws.client("dynamodb").scan(TableName="orders", IndexName="by-time")["Items"]
    assert found == [{"id": {"S": "1"}, "at": {"S": "now"}}]
    assert sfn_aws.client("ssm").get_parameter(Name="alias")["Parameter"]["Value"] == f"{deployed.machine.arn}:live"
    sfn_aws.client("stepfunctions").start_execution(stateMachineArn=f"{deployed.machine.arn}:live")
    sfn_aws.client("firehose").put_record(DeliveryStreamName="archive", Record={"Data": b"x"})
    assert sfn_aws.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 2
    connection = sfn_aws.client("events").describe_connection(Name="shop")
    assert connection["ConnectionArn"] == deployed.get_att("aws_cloudwatch_event_connection.shop", "arn")
    assert sfn_aws.client("ses").get_template(TemplateName="hello")["Template"]["SubjectPart"] == "Hello"


def test_a_condition_that_is_not_known_is_told_with_its_variable(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(MORE)

    with pytest.raises(DeploymentError) as caught:
        sfn_aws.deploy(tmp_path / "main.tf", logical_ids=["aws_sqs_queue.main"])

    (lack,) = caught.value.lacking
    assert "parameters={'enabled': ...}" in lack.fix


def test_an_object_whose_file_is_not_read_is_told(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'resource "aws_s3_bucket" "files" {}\nresource "aws_s3_object" "a" {\n  bucket = aws_s3_bucket.files.id\n'
        '  key = "a"\n  source = "a.json"\n}\n'
    )

    with pytest.warns(DefinitionWarning, match="aws_s3_object.a .*: its file is not put into the bucket"):
        sfn_aws.deploy(tmp_path / "main.tf")


def test_modules_of_the_registry_are_deployed(sfn_aws: SfnAws, tmp_path: Path) -> None:
    source = 'source = "terraform-aws-modules/{}/aws"'
    (tmp_path / "main.tf").write_text(
        f'module "table" {{\n  {source.format("dynamodb-table")}\n  name = "orders"\n  hash_key = "id"\n'
        '  attributes = [{ name = "id", type = "S" }]\n}\n'
        f'module "queue" {{\n  {source.format("sqs")}\n  name = "jobs"\n  fifo_queue = true\n}}\n'
        f'module "flow" {{\n  {source.format("step-functions")}\n  name = "flow"\n  definition = jsonencode({{\n'
        '    StartAt = "Put"\n    States = { Put = {\n      Type = "Task", Resource = "arn:aws:states:::dynamodb:putItem"\n'
        "      Parameters = { TableName = module.table.dynamodb_table_id, Item = { id = { S = module.queue.queue_name } } }\n"
        "      End = true\n    } }\n  })\n}\n",
        encoding="utf-8",
    )
    deployed = sfn_aws.deploy(tmp_path / "main.tf")
    assert deployed.machines["module.flow"].run({}).succeeded
    (item,) = sfn_aws.client("dynamodb").scan(TableName="orders")["Items"]
    assert item == {"id": {"S": "jobs.fifo"}}


@pytest.mark.filterwarnings("error")
def test_what_the_user_says_of_a_resource_whose_address_has_dots_will_do(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_kafka" "k" {\n}\nresource "aws_kafka" "kk" {\n}\n')
    given = {"aws_kafka.k": "it", "aws_kafka.kk.arn": "arn"}

    assert sfn_aws.deploy(tmp_path / "main.tf", parameters=given).lacking == []


SENDING = """
resource "aws_sqs_queue" "dead" { name = "dead" }
resource "aws_sqs_queue" "work" { name = "work" }
resource "aws_sqs_queue_redrive_policy" "work" {
  queue_url      = aws_sqs_queue.work.id
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 4 })
}
resource "aws_ses_domain_identity" "shop" { domain = "shop.example" }
resource "aws_lambda_function_event_invoke_config" "save" { function_name = "save" }
resource "aws_lambda_invocation" "seed" { function_name = "seed" }
resource "aws_s3_bucket" "files" { bucket = "files" }
resource "aws_s3_object_copy" "copy" {
  bucket = aws_s3_bucket.files.id
  key    = "k"
  source = "other/k"
}
"""


def test_what_holds_or_delivers_data_is_made_or_told(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(SENDING)
    with pytest.warns(DefinitionWarning, match="aws_lambda_invocation.seed .*: nothing calls the function when it is deployed"):
        deployed = sfn_aws.deploy(tmp_path / "main.tf")

    url = deployed.ref("aws_sqs_queue.work")
    policy = sfn_aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
    assert '"maxReceiveCount":4' in policy["RedrivePolicy"].replace(" ", "")
    assert sfn_aws.client("ses").list_identities()["Identities"] == ["shop.example"]
    assert [each.logical_id for each in deployed.undelivered] == [
        "aws_lambda_function_event_invoke_config.save",
        "aws_lambda_invocation.seed",
        "aws_s3_object_copy.copy",
    ]


def test_a_count_of_one_and_of_none(sfn_aws: SfnAws, tmp_path: Path) -> None:
    machine = 'definition = jsonencode({ StartAt = "A", States = { A = { Type = "Succeed" } } })'
    (tmp_path / "main.tf").write_text(f"""
        variable "on" {{ default = true }}
        resource "aws_sfn_state_machine" "one" {{
          count = var.on ? 1 : 0
          {machine}
        }}
        resource "aws_sfn_state_machine" "none" {{
          count = var.on ? 0 : 1
          {machine}
        }}
        resource "aws_sqs_queue" "one" {{ count = 1 }}
        module "none" {{
          source = "./queue"
          count  = 0
        }}
        """)
    (tmp_path / "queue").mkdir()
    (tmp_path / "queue/main.tf").write_text('resource "aws_sqs_queue" "q" {}')

    deployed = sfn_aws.deploy(tmp_path / "main.tf")

    assert sorted(deployed.machines) == ["one[0]"]
    assert deployed.ref("aws_sqs_queue.one") == deployed.ref("aws_sqs_queue.one[0]")
    assert len(sfn_aws.client("sqs").list_queues()["QueueUrls"]) == 1


def test_urls_of_apis(sfn_aws: SfnAws, tmp_path: Path) -> None:
    urls = {
        "http": "aws_apigatewayv2_stage.s.invoke_url",
        "rest": "aws_api_gateway_stage.s.invoke_url",
        "base": "aws_apigatewayv2_api.a.api_endpoint",
        "own": "aws_lambda_function_url.u.function_url",
    }
    text = "".join(
        f'resource "aws_ssm_parameter" "{name}" {{\n  name = "/{name}"\n  type = "String"\n  value = {value}\n}}\n'
        for name, value in urls.items()
    )
    (tmp_path / "main.tf").write_text(
        f"""{text}
resource "aws_apigatewayv2_api" "a" {{
  name          = "shop"
  protocol_type = "HTTP"
}}
resource "aws_apigatewayv2_stage" "s" {{
  api_id = aws_apigatewayv2_api.a.id
  name   = "$default"
}}
resource "aws_api_gateway_rest_api" "a" {{ name = "old" }}
resource "aws_api_gateway_stage" "s" {{
  rest_api_id = aws_api_gateway_rest_api.a.id
  stage_name  = "dev"
}}
resource "aws_lambda_function_url" "u" {{
  function_name      = "f"
  authorization_type = "NONE"
}}
""",
        encoding="utf-8",
    )
    sfn_aws.deploy(tmp_path / "main.tf")

    ssm = sfn_aws.client("ssm")
    assert {name: ssm.get_parameter(Name=f"/{name}")["Parameter"]["Value"] for name in urls} == {
        "http": "https://shop.execute-api.us-east-1.amazonaws.com/",
        "rest": "https://old.execute-api.us-east-1.amazonaws.com/dev",
        "base": "https://shop.execute-api.us-east-1.amazonaws.com",
        "own": "https://u.lambda-url.us-east-1.on.aws/",
    }
