"""What is known of Terraform's resources before they are made, by their types: names, ARNs, the URLs of queues.

They are those of CloudFormation's resources, under Terraform's words.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.loaders.resources import FUNCTION, KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ALIAS",
    "ATTRIBUTES",
    "EXECUTED",
    "HTTP_API",
    "LAMBDA",
    "LAYER",
    "MACHINE",
    "MACHINE_ALIAS",
    "logging_of",
    "without_index",
]

MACHINE: Final = "aws_sfn_state_machine"
LAMBDA: Final = "aws_lambda_function"
MACHINE_ALIAS: Final = "aws_sfn_alias"
ALIAS: Final = "aws_lambda_alias"
LAYER: Final = "aws_lambda_layer_version"


def _arn(type: str) -> str:
    """The ARN of a resource of that type of CloudFormation's."""
    kind = KINDS[type]
    return kind.attributes.get("Arn", kind.ref)


def _by_arn(type: str) -> Mapping[str, str]:
    return dict.fromkeys(("arn", "id"), _arn(type))


def _by_name(type: str) -> Mapping[str, str]:
    return {"arn": _arn(type), "id": "{name}"}


_QUEUE: Final = "AWS::SQS::Queue"
_POOL: Final = "AWS::Cognito::UserPool"
_DB: Final = "AWS::RDS::DBInstance"
_CLUSTER: Final = "AWS::RDS::DBCluster"
HTTP_API: Final = KINDS["AWS::ApiGatewayV2::Api"].attributes["ApiEndpoint"]
EXECUTED: Final = "arn:{partition}:execute-api:{region}:{account}:{id}"
_GLUE: Final = "arn:{partition}:glue:{region}:{account}:"
ATTRIBUTES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    LAMBDA: ("function_name", {
        "arn": FUNCTION, "invoke_arn": FUNCTION, "id": "{name}", "qualified_arn": f"{FUNCTION}:$LATEST", "version": "$LATEST",
    }),
    ALIAS: ("name", {}),
    LAYER: ("layer_name", {**_by_arn("AWS::Lambda::LayerVersion"), "version": "1"}),
    MACHINE: ("name", {
        **_by_arn("AWS::StepFunctions::StateMachine"),
        "state_machine_version_arn": f"{_arn('AWS::StepFunctions::StateMachine')}:1",
    }),
    MACHINE_ALIAS: ("name", {}),
    "aws_sfn_activity": ("name", _by_arn("AWS::StepFunctions::Activity")),
    "aws_sqs_queue": ("name", {**dict.fromkeys(("id", "url"), KINDS[_QUEUE].ref), "arn": _arn(_QUEUE)}),
    "aws_sns_topic": ("name", _by_arn("AWS::SNS::Topic")),
    "aws_dynamodb_table": ("name", _by_name("AWS::DynamoDB::Table")),
    "aws_s3_bucket": ("bucket", {**_by_name("AWS::S3::Bucket"), "bucket": "{name}"}),
    "aws_iam_role": ("name", _by_name("AWS::IAM::Role")),
    "aws_ecs_cluster": ("name", _by_arn("AWS::ECS::Cluster")),
    "aws_ecs_task_definition": ("family", _by_name("AWS::ECS::TaskDefinition")),
    "aws_batch_job_definition": ("name", {"arn": _arn("AWS::Batch::JobDefinition")}),
    "aws_batch_job_queue": ("name", {"arn": _arn("AWS::Batch::JobQueue")}),
    "aws_glue_job": ("name", {"arn": f"{_GLUE}job/{{name}}", "id": "{name}"}),
    "aws_glue_crawler": ("name", {"arn": f"{_GLUE}crawler/{{name}}", "id": "{name}"}),
    "aws_codebuild_project": ("name", _by_name("AWS::CodeBuild::Project")),
    "aws_cloudwatch_log_group": ("name", {"arn": _arn("AWS::Logs::LogGroup").removesuffix(":*"), "id": "{name}"}),
    "aws_cloudwatch_event_bus": ("name", _by_name("AWS::Events::EventBus")),
    "aws_cloudwatch_event_rule": ("name", _by_name("AWS::Events::Rule")),
    "aws_scheduler_schedule_group": ("name", _by_name("AWS::Scheduler::ScheduleGroup")),
    "aws_kinesis_stream": ("name", _by_arn("AWS::Kinesis::Stream")),
    "aws_ssm_parameter": ("name", {"arn": "arn:{partition}:ssm:{region}:{account}:parameter/{name}", "id": "{name}"}),
    "aws_cloudwatch_event_connection": ("name", _by_name("AWS::Events::Connection")),
    "aws_cloudwatch_event_api_destination": ("name", _by_name("AWS::Events::ApiDestination")),
    "aws_kinesis_firehose_delivery_stream": ("name", _by_arn("AWS::KinesisFirehose::DeliveryStream")),
    "aws_glue_catalog_database": ("name", {"arn": f"{_GLUE}database/{{name}}", "id": "{account}:{name}"}),
    "aws_kms_key": ("", {"arn": _arn("AWS::KMS::Key"), **dict.fromkeys(("id", "key_id"), "{uuid}")}),
    "aws_kms_alias": ("name", {"arn": "arn:{partition}:kms:{region}:{account}:{name}", "id": "{name}"}),
    "aws_cognito_user_pool": ("name", {
        "arn": _arn(_POOL), "id": KINDS[_POOL].ref, "endpoint": KINDS[_POOL].attributes["ProviderName"],
    }),
    "aws_cognito_identity_pool": ("identity_pool_name", {"id": KINDS["AWS::Cognito::IdentityPool"].ref}),
    "aws_cognito_user_pool_client": ("name", {"id": "{id}"}),
    "aws_cognito_user_pool_domain": ("domain", {"id": "{name}"}),
    "aws_cognito_user": ("username", {}),
    "aws_ses_email_identity": ("email", {"id": "{name}"}),
    "aws_sesv2_email_identity": ("email_identity", {"id": "{name}"}),
    "aws_ses_template": ("name", {"id": "{name}"}),
    "aws_ses_configuration_set": ("name", {"id": "{name}"}),
    "aws_sesv2_configuration_set": ("configuration_set_name", {"id": "{name}"}),
    "random_id": ("", dict.fromkeys(("hex", "id", "dec", "b64_url", "b64_std"), "{uuid_begin}")),
    "random_password": ("", dict.fromkeys(("result", "id"), "{uuid_begin}")),
    "random_pet": ("", {"id": "{uuid_begin}"}),
    "random_string": ("", dict.fromkeys(("result", "id"), "{uuid_begin}")),
    "random_uuid": ("", dict.fromkeys(("result", "id"), "{uuid}")),
    "aws_db_instance": ("identifier", {"arn": _arn(_DB), "address": KINDS[_DB].attributes["Endpoint.Address"], "id": "{name}"}),
    "aws_rds_cluster": ("cluster_identifier", {
        "arn": _arn(_CLUSTER), "id": "{name}",
        **dict.fromkeys(("endpoint", "reader_endpoint"), KINDS[_CLUSTER].attributes["Endpoint.Address"]),
    }),
    "aws_apigatewayv2_api": ("name", {
        "id": "{id}", "api_endpoint": HTTP_API, "arn": "arn:{partition}:apigateway:{region}::/apis/{id}",
        "execution_arn": EXECUTED,
    }),
    "aws_api_gateway_rest_api": ("name", {
        "id": "{id}", "arn": "arn:{partition}:apigateway:{region}::/restapis/{id}", "execution_arn": EXECUTED,
    }),
    "aws_apigatewayv2_stage": ("name", {"id": "{name}"}),
    "aws_api_gateway_stage": ("stage_name", {}),
    "aws_lambda_function_url": ("", {"function_url": KINDS["AWS::Lambda::Url"].attributes["FunctionUrl"]}),
    "aws_secretsmanager_secret": ("name", _by_arn("AWS::SecretsManager::Secret")),
}  # fmt: skip
"""By resource type: the argument that names it, and what is known of its attributes without a deployment."""


def without_index(address: str) -> str:
    """An address as those of several by `count` share it: `aws_sqs_queue.orders` of `aws_sqs_queue.orders[0]`."""
    return re.sub(r"\[\d+\]", "", address)


def logging_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """A block `logging_configuration` as CloudFormation has it."""
    destination = found.get("log_destination")
    return {
        "Level": found.get("level") or "OFF",
        "IncludeExecutionData": found.get("include_execution_data") or False,
        "Destinations": [destination] if destination else [],
    }
