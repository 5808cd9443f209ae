"""Errors of services as tasks and clients see them: one row for each, with AWS's name, its text and their source."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_sfn import SfnAws
from pytest_sfn.gate.refusals import corrected, in_json, in_query, members_of
from tests.helpers import machine

QUEUES = "https://sqs.us-east-1.amazonaws.com/123456789012/"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
TOPICS = "arn:aws:sns:us-east-1:123456789012:"
KEY = {"id": {"S": "1"}}
TABLE = {
    "TableName": "t",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
FIFO = {"FifoQueue": "true"}
BY_CONTENT = {"ContentBasedDeduplication": "true"}
TOKEN = "c" * 32
NO_BUCKET, NO_UPLOAD = (
    "The specified bucket does not exist",
    "The specified upload does not exist. The upload ID may be invalid,",
)
NO_QUEUE, NO_TOPIC = "The specified queue does not exist.", "Topic does not exist"
NO_SECRET = "Secrets Manager can't find the specified secret."
CONDITION = "The conditional request failed"
INVALID = "Invalid parameter: "


@pytest.fixture(scope="module")
def aws():
    """An account whose services have a thing of each kind. No row changes what another row sees."""
    with SfnAws() as sfn_aws:
        _fill(sfn_aws)
        yield sfn_aws


def _fill(sfn_aws: SfnAws) -> None:
    table, s3, sqs = map(sfn_aws.client, ("dynamodb", "s3", "sqs"))
    table.create_table(**TABLE)
    table.put_item(TableName="t", Item=KEY)
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="k", Body=b"x")
    sqs.create_queue(QueueName="q")
    sqs.create_queue(QueueName="q.fifo", Attributes=FIFO)
    sns, events, secrets, kms = map(sfn_aws.client, ("sns", "events", "secretsmanager", "kms"))
    sns.create_topic(Name="t")
    sns.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true"})
    events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": QUEUE}])
    for name in ("s", "gone"):
        secrets.create_secret(Name=name, SecretString="x")
    secrets.delete_secret(SecretId="gone")
    for alias in ("off", "leaving"):
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=f"alias/{alias}", TargetKeyId=key)
    kms.disable_key(KeyId=kms.describe_key(KeyId="alias/off")["KeyMetadata"]["KeyId"])
    kms.schedule_key_deletion(KeyId=kms.describe_key(KeyId="alias/leaving")["KeyMetadata"]["KeyId"])
    sfn_aws.client("kinesis").create_stream(StreamName="s", ShardCount=1)
    sfn_aws.client("ssm").put_parameter(Name="p", Value="v", Type="String")


ROWS: list[tuple[str, dict[str, Any], str, str]] = [
    # -- DynamoDB. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
    ("dynamodb:getItem", {"TableName": "none", "Key": KEY},
     "DynamoDB.ResourceNotFoundException", "Requested resource not found"),  # recorded
    ("aws-sdk:dynamodb:getItem", {"TableName": "none", "Key": KEY},
     "DynamoDb.ResourceNotFoundException", "Requested resource not found"),  # recorded
    ("aws-sdk:dynamodb:describeTable", {"TableName": "none"},
     "DynamoDb.ResourceNotFoundException", "Requested resource not found: Table: none not found"),
    ("aws-sdk:dynamodb:deleteTable", {"TableName": "none"},
     "DynamoDb.ResourceNotFoundException", "Requested resource not found: Table: none not found"),
    ("dynamodb:putItem", {"TableName": "t", "Item": KEY, "ConditionExpression": "attribute_not_exists(id)"},
     "DynamoDB.ConditionalCheckFailedException", CONDITION),
    ("aws-sdk:dynamodb:putItem", {"TableName": "t", "Item": KEY, "ConditionExpression": "attribute_not_exists(id)"},
     "DynamoDb.ConditionalCheckFailedException", CONDITION),
    ("aws-sdk:dynamodb:deleteItem", {"TableName": "t", "Key": KEY, "ConditionExpression": "attribute_not_exists(id)"},
     "DynamoDb.ConditionalCheckFailedException", CONDITION),
    ("aws-sdk:dynamodb:transactWriteItems",
     {"TransactItems": [{"Put": {"TableName": "t", "Item": KEY, "ConditionExpression": "attribute_not_exists(id)"}}]},
     "DynamoDb.TransactionCanceledException",
     "Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed]"),
    ("aws-sdk:dynamodb:createTable", TABLE, "DynamoDb.ResourceInUseException", "Table already exists: t"),
    ("aws-sdk:dynamodb:putItem", {"TableName": "t", "Item": {"x": {"S": "1"}}},
     "DynamoDb.DynamoDbException", "One or more parameter values were invalid: Missing the key id in the item"),
    ("aws-sdk:dynamodb:putItem", {"TableName": "t", "Item": {"id": {"S": ""}}},
     "DynamoDb.DynamoDbException", ("One or more parameter values are not valid. "
     "The AttributeValue for a key attribute cannot contain an empty string value. Key: id")),
    *((f"aws-sdk:dynamodb:{operation}Item", {"TableName": "t", "Key": key}, "DynamoDb.DynamoDbException",
       "The provided key element does not match the schema")
      for operation in ("get", "update", "delete") for key in ({"id": {"N": "1"}}, {"x": {"S": "1"}}, {})),
    ("aws-sdk:dynamodb:query", {"TableName": "t"}, "DynamoDb.DynamoDbException",
     "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."),
    ("dynamodb:updateItem",
     {"TableName": "t", "Key": KEY, "UpdateExpression": "SET #n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}},
     "DynamoDB.AmazonDynamoDBException", ("Invalid UpdateExpression: "
     "An expression attribute name used in the document path is not defined; attribute name: #n")),

    # -- S3. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    ("aws-sdk:s3:getObject", {"Bucket": "bucket", "Key": "none"},
     "S3.NoSuchKeyException", "The specified key does not exist."),  # recorded
    ("aws-sdk:s3:getObject", {"Bucket": "none", "Key": "k"}, "S3.NoSuchBucketException", NO_BUCKET),
    ("aws-sdk:s3:putObject", {"Bucket": "none", "Key": "k", "Body": {"a": 1}}, "S3.NoSuchBucketException", NO_BUCKET),
    ("aws-sdk:s3:listObjectsV2", {"Bucket": "none"}, "S3.NoSuchBucketException", NO_BUCKET),
    ("aws-sdk:s3:headObject", {"Bucket": "bucket", "Key": "none"}, "S3.NoSuchKeyException", "null"),  # aws-sdk-java-v2#544
    ("aws-sdk:s3:headBucket", {"Bucket": "none"}, "S3.NoSuchBucketException", "null"),  # aws-sdk-java-v2#1983
    ("aws-sdk:s3:getObject", {"Bucket": "bucket", "Key": "k", "IfMatch": "none"},
     "S3.S3Exception", "At least one of the pre-conditions you specified did not hold"),
    ("aws-sdk:s3:putObject", {"Bucket": "bucket", "Key": "k", "Body": "x", "IfNoneMatch": "*"},
     "S3.S3Exception", "At least one of the pre-conditions you specified did not hold"),
    ("aws-sdk:s3:putObject", {"Bucket": "bucket", "Key": "k", "Body": "x", "ContentMD5": "1B2M2Y8AsgTpgAmY7PhCfg=="},
     "S3.S3Exception", "The Content-MD5 you specified did not match what we received."),
    ("aws-sdk:s3:putObject", {"Bucket": "bucket", "Key": "k", "Body": "x", "ContentMD5": "short"},
     "S3.S3Exception", "The Content-MD5 you specified was invalid."),
    ("aws-sdk:s3:putObject", {"Bucket": "bucket", "Key": "k", "Body": "x", "ChecksumCRC32": "AAAAAA=="},
     "S3.S3Exception", "The CRC32 you specified did not match the calculated checksum."),
    ("aws-sdk:s3:createBucket", {"Bucket": "Bad_Name"}, "S3.S3Exception", "The specified bucket is not valid."),
    ("aws-sdk:s3:deleteBucket", {"Bucket": "bucket"}, "S3.S3Exception", "The bucket you tried to delete is not empty"),
    ("aws-sdk:s3:uploadPart", {"Bucket": "bucket", "Key": "k", "UploadId": "none", "PartNumber": 1, "Body": "x"},
     "S3.NoSuchUploadException", NO_UPLOAD),

    # -- SQS. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    ("sqs:sendMessage", {"QueueUrl": f"{QUEUES}none", "MessageBody": "m"}, "SQS.QueueDoesNotExistException", NO_QUEUE),
    ("aws-sdk:sqs:getQueueUrl", {"QueueName": "none"}, "Sqs.QueueDoesNotExistException", NO_QUEUE),
    ("aws-sdk:sqs:deleteQueue", {"QueueUrl": f"{QUEUES}none"}, "Sqs.QueueDoesNotExistException", NO_QUEUE),
    ("sqs:sendMessage", {"QueueUrl": f"{QUEUES}q", "MessageBody": None},
     "SQS.AmazonSQSException", "The request must contain the parameter MessageBody."),  # recorded
    ("sqs:sendMessage", {"QueueUrl": f"{QUEUES}q.fifo", "MessageBody": "m"},
     "SQS.AmazonSQSException", "The request must contain the parameter MessageGroupId."),
    ("sqs:sendMessage", {"QueueUrl": f"{QUEUES}q.fifo", "MessageBody": "m", "MessageGroupId": "g"}, "SQS.AmazonSQSException",
     "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"),
    ("aws-sdk:sqs:receiveMessage", {"QueueUrl": f"{QUEUES}q", "MaxNumberOfMessages": 11}, "Sqs.SqsException",
     "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."),
    ("aws-sdk:sqs:receiveMessage", {"QueueUrl": f"{QUEUES}q", "WaitTimeSeconds": 21}, "Sqs.SqsException",
     "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."),
    ("aws-sdk:sqs:deleteMessage", {"QueueUrl": f"{QUEUES}q", "ReceiptHandle": "none"},
     "Sqs.ReceiptHandleIsInvalidException", "The input receipt handle is invalid."),
    ("aws-sdk:sqs:sendMessageBatch", {"QueueUrl": f"{QUEUES}q", "Entries": []}, "Sqs.EmptyBatchRequestException", "There "),
    ("aws-sdk:sqs:createQueue", {"QueueName": "x", "Attributes": FIFO},
     "Sqs.SqsException", "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "),
    ("aws-sdk:sqs:createQueue", {"QueueName": "x.fifo"},
     "Sqs.SqsException", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"),
    ("aws-sdk:sqs:createQueue", {"QueueName": "q", "Attributes": {"DelaySeconds": "5"}}, "Sqs.QueueNameExistsException",
     "A queue already exists with the same name and a different value for attribute DelaySeconds"),

    # -- SNS. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    ("sns:publish", {"TopicArn": f"{TOPICS}none", "Message": "m"}, "SNS.NotFoundException", NO_TOPIC),  # recorded
    ("aws-sdk:sns:publish", {"TopicArn": f"{TOPICS}none", "Message": "m"}, "Sns.NotFoundException", NO_TOPIC),
    ("aws-sdk:sns:publish", {"TargetArn": f"{TOPICS}none", "Message": "m"}, "Sns.NotFoundException", NO_TOPIC),
    ("aws-sdk:sns:getTopicAttributes", {"TopicArn": f"{TOPICS}none"}, "Sns.NotFoundException", NO_TOPIC),
    ("aws-sdk:sns:subscribe", {"TopicArn": f"{TOPICS}none", "Protocol": "sqs", "Endpoint": QUEUE},
     "Sns.NotFoundException", NO_TOPIC),
    ("sns:publish", {"TopicArn": "none", "Message": "m"},
     "SNS.InvalidParameterException", f"{INVALID}TopicArn Reason: An ARN must have at least 6 elements, not 1"),
    ("sns:publish", {"TopicArn": f"{TOPICS}t.fifo", "Message": "m"},
     "SNS.InvalidParameterException", f"{INVALID}The MessageGroupId parameter is required for FIFO topics"),
    ("sns:publish", {"TopicArn": f"{TOPICS}t.fifo", "Message": "m", "MessageGroupId": "g"}, "SNS.InvalidParameterException",
     f"{INVALID}The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"),
    ("sns:publish", {"TopicArn": f"{TOPICS}t", "Message": "m", "Subject": "s" * 101},
     "SNS.InvalidParameterException", f"{INVALID}Subject"),
    ("sns:publish", {"TopicArn": f"{TOPICS}t", "Message": "m" * 262_145},
     "SNS.InvalidParameterException", f"{INVALID}Message too long"),
    ("sns:publish", {"PhoneNumber": "none", "Message": "m"},
     "SNS.InvalidParameterException", f"{INVALID}PhoneNumber Reason: none is not valid to publish to"),
    # aws-cloudformation/cloudformation-coverage-roadmap#681
    ("aws-sdk:sns:createTopic", {"Name": "x", "Attributes": {"FifoTopic": "true"}},
     "Sns.InvalidParameterException", f"{INVALID}Topic Name"),
    ("aws-sdk:sns:createTopic", {"Name": "x.fifo"}, "Sns.InvalidParameterException", f"{INVALID}Topic Name"),

    # -- EventBridge. https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html
    ("aws-sdk:eventbridge:describeRule", {"Name": "none"},
     "EventBridge.ResourceNotFoundException", "Rule none does not exist on EventBus default."),
    ("aws-sdk:eventbridge:putTargets", {"Rule": "none", "Targets": [{"Id": "1", "Arn": QUEUE}]},
     "EventBridge.ResourceNotFoundException", "Rule none does not exist on EventBus default."),
    ("aws-sdk:eventbridge:putRule", {"Name": "r2", "EventBusName": "none", "EventPattern": "{}"},
     "EventBridge.ResourceNotFoundException", "Event bus none does not exist."),
    ("aws-sdk:eventbridge:describeEventBus", {"Name": "none"},
     "EventBridge.ResourceNotFoundException", "Event bus none does not exist."),
    ("aws-sdk:eventbridge:deleteRule", {"Name": "r"},
     "EventBridge.EventBridgeException", "Rule can't be deleted since it has targets."),
    ("aws-sdk:eventbridge:putRule", {"Name": "r2", "ScheduleExpression": "never"},
     "EventBridge.EventBridgeException", "Parameter ScheduleExpression is not valid."),
    ("events:putEvents", {"Entries": [{"Source": "aws.mine", "DetailType": "t", "Detail": {}}]}, "EventBridge.FailedEntry",
     '{"Entries":[{"ErrorCode":"NotAuthorizedForSourceException","ErrorMessage":"Not authorized for the source."}]'),

    # -- Secrets Manager. https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
    ("aws-sdk:secretsmanager:getSecretValue", {"SecretId": "none"}, "SecretsManager.ResourceNotFoundException", NO_SECRET),
    ("aws-sdk:secretsmanager:describeSecret", {"SecretId": "none"}, "SecretsManager.ResourceNotFoundException", NO_SECRET),
    ("aws-sdk:secretsmanager:getSecretValue", {"SecretId": "s", "VersionStage": "X"},
     "SecretsManager.ResourceNotFoundException",
     "Secrets Manager can't find the specified secret value for staging label: X"),
    ("aws-sdk:secretsmanager:getSecretValue", {"SecretId": "gone"}, "SecretsManager.InvalidRequestException",
     "You can't perform this operation on the secret because it was marked for deletion."),
    ("aws-sdk:secretsmanager:createSecret", {"Name": "s", "SecretString": "x", "ClientRequestToken": TOKEN},
     "SecretsManager.ResourceExistsException", "The operation failed because the secret s already exists."),
    ("aws-sdk:secretsmanager:createSecret", {"Name": "gone", "SecretString": "x", "ClientRequestToken": TOKEN},
     "SecretsManager.InvalidRequestException",
     "You can't create this secret because a secret with this name is already scheduled for deletion."),
    ("aws-sdk:secretsmanager:createSecret", {"Name": "a b", "SecretString": "x", "ClientRequestToken": TOKEN},
     "SecretsManager.SecretsManagerException", "Invalid name. Must be a valid name containing "),  # recorded
    ("aws-sdk:secretsmanager:deleteSecret", {"SecretId": "s", "RecoveryWindowInDays": 3},
     "SecretsManager.InvalidParameterException", "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."),

    # -- KMS. https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html#API_Encrypt_Errors
    ("aws-sdk:kms:describeKey", {"KeyId": "none"}, "Kms.NotFoundException", "Invalid keyId 'none'"),
    ("aws-sdk:kms:encrypt", {"KeyId": "alias/none", "Plaintext": "x"}, "Kms.NotFoundException",
     "Alias arn:aws:kms:us-east-1:123456789012:alias/none is not found."),
    ("aws-sdk:kms:encrypt", {"KeyId": "alias/off", "Plaintext": "x"}, "Kms.DisabledException", "arn:aws:kms:us-east-1:"),
    ("aws-sdk:kms:generateDataKey", {"KeyId": "alias/leaving", "KeySpec": "AES_256"},
     "Kms.KmsInvalidStateException", "arn:aws:kms:us-east-1:"),
    ("aws-sdk:kms:decrypt", {"CiphertextBlob": "x"}, "Kms.InvalidCiphertextException", "null"),

    # -- Systems Manager, Kinesis
    ("aws-sdk:ssm:getParameter", {"Name": "none"}, "Ssm.ParameterNotFoundException", "null"),  # aws/aws-cdk#1621
    ("aws-sdk:ssm:putParameter", {"Name": "p", "Value": "x", "Type": "String"}, "Ssm.ParameterAlreadyExistsException",
     "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."),
    ("aws-sdk:kinesis:createStream", {"StreamName": "s", "ShardCount": 1},
     "Kinesis.ResourceInUseException", "Stream s under account 123456789012 already exists."),
    ("aws-sdk:kinesis:putRecord", {"StreamName": "none", "Data": "x", "PartitionKey": "k"},
     "Kinesis.ResourceNotFoundException", "Stream none under account 123456789012 not found."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "parameters", "error", "cause"), ROWS, ids=lambda value: value if ":" in str(value)[:9] else ""
)
def test_errors_of_tasks(aws, resource, parameters, error, cause):
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters}
    execution = aws.load(machine(A=task)).run({})
    assert execution.error == error
    assert execution.cause.startswith(cause)
    if "FailedEntry" not in error:
        status = re.search(r"Status Code: (\d+)", execution.cause)
        assert status
        assert int(status[1]) == STATUSES.get(error, STATUSES.get(cause, 400))


STATUSES = {
    "At least one of the pre-conditions you specified did not hold": 412,
    "S3.NoSuchBucketException": 404,
    "S3.NoSuchKeyException": 404,
    "S3.NoSuchUploadException": 404,
    "SNS.NotFoundException": 404,
    "Sns.NotFoundException": 404,
    "The bucket you tried to delete is not empty": 409,
}
"""By error or cause; JSON services answer all mistakes with 400."""


def test_a_client_sees_the_same(aws):
    client = aws.client("secretsmanager")
    with pytest.raises(client.exceptions.InvalidRequestException) as caught:
        client.get_secret_value(SecretId="gone")
    response = caught.value.response
    assert response["Error"]["Message"] == "You can't perform this operation on the secret because it was marked for deletion."
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_forms_of_refusals():
    assert (
        members_of(b"Action=Publish&Message=") == members_of("Action=Publish&Message=") == {"Action": "Publish", "Message": ""}
    )
    assert members_of(b"[]") == {}
    status, _, body = in_query("InvalidParameter", "a < b")
    assert (status, "<Message>a &lt; b</Message>" in str(body)) == (400, True)
    assert in_json("Code", "text")[2] == '{"__type": "Code", "message": "text"}'


@pytest.mark.parametrize(
    ("service", "said", "text"),
    [
        ("sqs", "An error occurred (X) when calling the Y operation: two\n      lines", "two lines"),
        ("sqs", "two\n      lines", "two\n      lines"),  # only what moto has raised as a client's error is put right
        ("none", "Rule r does not exist.", "Rule r does not exist."),
    ],
)
def test_texts(service, said, text):
    assert members_of(corrected(service, "Op", b"{}", in_json("X", said))[2])["message"] == text


def test_an_answer_without_a_text_stays():
    assert corrected("s3", "", b"", (404, {}, "")) == (404, {}, "")
