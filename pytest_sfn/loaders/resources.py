"""What `Ref` and `Fn::GetAtt` give for a resource: names and ARNs as AWS would make them, the same in every run.

Nothing is deployed, so a resource without a name of its own has its logical id as name, where AWS would add random letters.
The table has the types that workflows name, from the rows "Return values" of CloudFormation's reference of resource types.
Other types are treated as most types are: `Ref` gives the name, an attribute `Arn` an ARN.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5

from pytest_sfn.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["KINDS", "LONGEST_NAMES", "SHORTEST_NAMES", "Kind", "attribute_of", "filled", "kind_of", "ref_of"]

FUNCTION: Final = "arn:{partition}:lambda:{region}:{account}:function:{name}"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a resource type. Formats take partition, region, account, suffix, name, id, uuid,
    uuid_begin (eight digits of it) and within.

    Attributes:
        kind: our word for it.
        name: properties that name it, the first that is there; `A.B` is the member B of the property A.
        ref: what `Ref` gives.
        attributes: what `Fn::GetAtt` gives, by attribute.
        within: the property that names what it is in, such as the bus of a rule; and the value of it that is not said.
    """

    kind: str
    name: tuple[str, ...] = ()
    ref: str = "{name}"
    attributes: Mapping[str, str] = field(default_factory=dict)
    within: tuple[str, str] = ("", "")


def _arn(service: str, rest: str, *, regional: bool = True) -> str:
    return f"arn:{{partition}}:{service}:" + ("{region}:{account}:" if regional else "::") + rest


_state_machine = _arn("states", "stateMachine:{name}")
_activity = _arn("states", "activity:{name}")
_queue_url = "https://sqs.{region}.{suffix}/{account}/{name}"
_topic = _arn("sns", "{name}")
_bucket = {
    "Arn": "arn:{partition}:s3:::{name}",
    "DomainName": "{name}.s3.{suffix}",
    "DualStackDomainName": "{name}.s3.dualstack.{region}.{suffix}",
    "RegionalDomainName": "{name}.s3.{region}.{suffix}",
    "WebsiteURL": "http://{name}.s3-website-{region}.{suffix}",
}
_table = _arn("dynamodb", "table/{name}")
_stream = f"{_table}/stream/2024-01-01T00:00:00.000"
_secret = _arn("secretsmanager", "secret:{name}")
_rule = _arn("events", "rule/{within}{name}")
_schedule = _arn("scheduler", "schedule/{within}{name}")
_key = _arn("kms", "key/{uuid}")
_connection = _arn("events", "connection/{name}/{id}")
_destination = _arn("events", "api-destination/{name}/{id}")
_pool = "{region}_{id}"
_issuer = f"cognito-idp.{{region}}.{{suffix}}/{_pool}"


def _named(kind: str, name: str, arn: str, ref: str = "{name}", **attributes: str) -> Kind:
    return Kind(kind, (name,), ref, {"Arn": arn, "Name": "{name}", name: "{name}", **attributes})


def _server(kind: str, name: str, address: str, arn: str, *attributes: str) -> Kind:
    """A server of a database or a cache, which has a name in the DNS for each of these attributes."""
    return Kind(kind, (name,), "{name}", {"Arn": arn, f"{kind}Arn": arn, **dict.fromkeys(attributes, address)})


_rds = "{name}.{region}.rds.{suffix}"
_cache = "{name}.{region}.cache.{suffix}"
_domain = _server("Domain", "DomainName", "{name}.{region}.es.{suffix}", _arn("es", "domain/{name}"), "DomainEndpoint")
_rest_api = Kind("", (), "{id}", {"RestApiId": "{id}", "RootResourceId": "{id}"})
_http_api = Kind("", (), "{id}", {"ApiId": "{id}", "ApiEndpoint": "https://{id}.execute-api.{region}.{suffix}"})
_function = Kind("function", ("FunctionName",), "{name}", {"Arn": FUNCTION})
_machine_attributes = {
    "Arn": _state_machine,
    "Name": "{name}",
    "StateMachineName": "{name}",
    "StateMachineRevisionId": "INITIAL",  # of a machine that has had no update [documented]
}
_table_kind = Kind("table", ("TableName",), "{name}", {"Arn": _table, "StreamArn": _stream})

KINDS: Final[Mapping[str, Kind]] = {
    "AWS::Lambda::Function": _function,
    "AWS::Serverless::Function": _function,
    "AWS::StepFunctions::StateMachine": Kind("stateMachine", ("StateMachineName",), _state_machine, _machine_attributes),
    "AWS::Serverless::StateMachine": Kind("stateMachine", ("Name",), _state_machine, _machine_attributes),
    "AWS::StepFunctions::Activity": Kind("activity", ("Name",), _activity, {"Arn": _activity, "Name": "{name}"}),
    "AWS::SQS::Queue": _named("queue", "QueueName", _arn("sqs", "{name}"), _queue_url, QueueUrl=_queue_url),
    "AWS::SNS::Topic": _named("topic", "TopicName", _topic, _topic, TopicArn=_topic),
    "AWS::DynamoDB::Table": _table_kind,
    "AWS::DynamoDB::GlobalTable": _table_kind,
    "AWS::Serverless::SimpleTable": _table_kind,
    "AWS::S3::Bucket": Kind("bucket", ("BucketName",), "{name}", _bucket),
    "AWS::ApiGateway::RestApi": _rest_api,
    "AWS::Serverless::Api": _rest_api,
    "AWS::ApiGatewayV2::Api": _http_api,
    "AWS::Serverless::HttpApi": _http_api,
    "AWS::IAM::Role": Kind("role", ("RoleName",), "{name}", {"Arn": "arn:{partition}:iam::{account}:role/{name}"}),
    "AWS::IAM::ManagedPolicy": Kind("policy", ("ManagedPolicyName",), "arn:{partition}:iam::{account}:policy/{name}"),
    "AWS::ECS::Cluster": _named("cluster", "ClusterName", _arn("ecs", "cluster/{name}")),
    "AWS::ECS::TaskDefinition": Kind("taskDefinition", ("Family",), _arn("ecs", "task-definition/{name}:1")),
    "AWS::ECS::Service": Kind("service", ("ServiceName",), _arn("ecs", "service/{name}"), {"Name": "{name}"}),
    "AWS::Events::EventBus": _named("eventBus", "Name", _arn("events", "event-bus/{name}")),
    "AWS::Events::Connection": _named(
        "connection", "Name", _connection, SecretArn=_arn("secretsmanager", "secret:events!connection/{name}/{id}/auth")
    ),
    "AWS::Events::ApiDestination": _named("apiDestination", "Name", _destination, ArnForPolicy=_destination),
    "AWS::Events::Archive": _named("archive", "ArchiveName", _arn("events", "archive/{name}")),
    "AWS::Events::Rule": Kind("rule", ("Name",), attributes={"Arn": _rule}, within=("EventBusName", "default")),
    "AWS::Scheduler::Schedule": Kind("schedule", ("Name",), attributes={"Arn": _schedule}, within=("GroupName", "")),
    "AWS::Scheduler::ScheduleGroup": _named("scheduleGroup", "Name", _arn("scheduler", "schedule-group/{name}")),
    "AWS::Batch::JobDefinition": Kind("jobDefinition", ("JobDefinitionName",), _arn("batch", "job-definition/{name}:1")),
    "AWS::Batch::JobQueue": Kind("jobQueue", ("JobQueueName",), _arn("batch", "job-queue/{name}")),
    "AWS::Glue::Database": Kind("glueDatabase", ("DatabaseInput.Name",)),
    "AWS::Glue::Table": Kind("glueTable", ("TableInput.Name",)),
    "AWS::Glue::Job": Kind("glueJob", ("Name",)),
    "AWS::Glue::Crawler": Kind("crawler", ("Name",)),
    "AWS::CodeBuild::Project": _named("project", "Name", _arn("codebuild", "project/{name}")),
    "AWS::SecretsManager::Secret": Kind("secret", ("Name",), _secret, {"Id": _secret}),
    "AWS::SSM::Parameter": Kind("ssmParameter", ("Name",)),
    "AWS::KMS::Key": Kind("key", (), "{uuid}", {"Arn": _key, "KeyId": "{uuid}"}),
    "AWS::KMS::Alias": Kind("keyAlias", ("AliasName",), "{name}"),
    "AWS::Kinesis::Stream": _named("stream", "Name", _arn("kinesis", "stream/{name}")),
    "AWS::KinesisFirehose::DeliveryStream": _named(
        "deliveryStream", "DeliveryStreamName", _arn("firehose", "deliverystream/{name}")
    ),
    "AWS::Logs::LogGroup": _named("logGroup", "LogGroupName", _arn("logs", "log-group:{name}:*")),
    "AWS::Lambda::LayerVersion": Kind("layer", ("LayerName",), _arn("lambda", "layer:{name}:1")),
    "AWS::Serverless::LayerVersion": Kind("layer", ("LayerName",), _arn("lambda", "layer:{name}:1")),
    "AWS::Lambda::Url": Kind("functionUrl", (), FUNCTION, {"FunctionUrl": "https://{id}.lambda-url.{region}.on.aws/"}),
    "AWS::Cognito::UserPool": Kind(
        "userPool",
        ("UserPoolName",),
        _pool,
        {
            "Arn": _arn("cognito-idp", f"userpool/{_pool}"),
            "UserPoolId": _pool,
            "ProviderName": _issuer,
            "ProviderURL": f"https://{_issuer}",
        },
    ),
    "AWS::Cognito::UserPoolClient": Kind("userPoolClient", ("ClientName",), "{id}", {"ClientId": "{id}", "Name": "{name}"}),
    "AWS::Cognito::IdentityPool": Kind("identityPool", ("IdentityPoolName",), "{region}:{uuid}", {"Name": "{name}"}),
    "AWS::Cognito::UserPoolGroup": Kind("userPoolGroup", ("GroupName",)),
    "AWS::Cognito::UserPoolUser": Kind("userPoolUser", ("Username",)),
    "AWS::Cognito::UserPoolDomain": Kind("userPoolDomain", ("Domain",)),
    "AWS::Cognito::UserPoolResourceServer": Kind("resourceServer", ("Identifier",)),
    "AWS::SES::Template": Kind("mailTemplate", ("Template.TemplateName",), "{name}", {"Id": "{name}"}),
    "AWS::SES::ConfigurationSet": Kind("configurationSet", ("Name",)),
    "AWS::RDS::DBInstance": _server("DBInstance", "DBInstanceIdentifier", _rds, _arn("rds", "db:{name}"), "Endpoint.Address"),
    "AWS::RDS::DBCluster": _server(
        *("DBCluster", "DBClusterIdentifier", _rds, _arn("rds", "cluster:{name}"), "Endpoint.Address", "ReadEndpoint.Address")
    ),
    "AWS::RDS::DBProxy": _server("DBProxy", "DBProxyName", _rds, _arn("rds", "db-proxy:{name}"), "Endpoint"),
    "AWS::ElastiCache::CacheCluster": _server(
        *("CacheCluster", "ClusterName", _cache, _arn("elasticache", "cluster:{name}")),
        *("RedisEndpoint.Address", "ConfigurationEndpoint.Address"),
    ),
    "AWS::ElastiCache::ReplicationGroup": _server(
        *("ReplicationGroup", "ReplicationGroupId", _cache, _arn("elasticache", "replicationgroup:{name}")),
        *("PrimaryEndPoint.Address", "ReaderEndPoint.Address", "ConfigurationEndPoint.Address"),
    ),
    "AWS::ElastiCache::ServerlessCache": _server(
        *("ServerlessCache", "ServerlessCacheName", _cache, _arn("elasticache", "serverlesscache:{name}")),
        *("Endpoint.Address", "ReaderEndpoint.Address"),
    ),
    "AWS::OpenSearchService::Domain": _domain,
    "AWS::Elasticsearch::Domain": _domain,
    "AWS::Pipes::Pipe": _named("pipe", "Name", _arn("pipes", "pipe/{name}")),
    "AWS::Athena::WorkGroup": Kind("workGroup", ("Name",)),
    "AWS::SageMaker::Model": Kind("model", ("ModelName",), _arn("sagemaker", "model/{name}")),
}

LONGEST_NAMES: Final[Mapping[str, int]] = {"bucket": 63, "queue": 80, "rule": 64, "schedule": 64}
"""How long a name may be; one that is made of a logical id is cut, as CloudFormation does."""
SHORTEST_NAMES: Final[Mapping[str, int]] = {"bucket": 3, "table": 3}
"""How long a name has to be; CloudFormation puts the name of the stack before it."""
_NAMES: Final = ("Name",)
_CUSTOM: Final = ("Custom::", "AWS::CloudFormation::", "AWS::Serverless::Application")
"""Types whose attributes a program or another template decides."""


def kind_of(type: str) -> Kind:
    """The row of a type; for one that is not in the table, a row as most types have it."""
    kind = KINDS.get(type)
    if kind is not None:
        return kind
    service, _, thing = re.sub(r"[^\w:-]", "", type).removeprefix("AWS::").partition("::")
    arn = _arn(service.lower(), f"{thing[:1].lower()}{thing[1:]}/{{name}}")
    return Kind("", (*_NAMES, f"{thing}Name"), "{name}", {"Arn": arn, "Name": "{name}", "Id": "{id}", f"{thing}Arn": arn})


def filled(pattern: str, account: Mapping[str, str], name: str, id: str, within: str = "") -> str:
    """A format with the parts of ARNs, and the names of a resource; `within` has a slash behind it."""
    uuid = str(uuid5(NAMESPACE_URL, id)) if "{uuid" in pattern else ""
    return pattern.format(**account, name=name, id=id, uuid=uuid, uuid_begin=uuid[:8], within=within)


def ref_of(type: str, fill: Callable[[str], str]) -> str:
    """What `Ref` gives; `fill` puts account and name into a format."""
    return fill(kind_of(type).ref)


def attribute_of(type: str, attribute: str, fill: Callable[[str], str]) -> str | None:
    """What `Fn::GetAtt` gives; None where that cannot be known before it is deployed."""
    if type.startswith(_CUSTOM) or not type:
        return None
    pattern = kind_of(type).attributes.get(attribute)
    if pattern is None and type not in KINDS and attribute.endswith(("Id", "Name")) and "." not in attribute:
        pattern = "{id}"  # a security group's GroupId, an API's ApiId
    return None if pattern is None else fill(pattern)
