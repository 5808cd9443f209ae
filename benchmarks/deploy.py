"""What `sfn_aws.deploy` of a template of 2,000 lines takes of the processor: the first time, and again in each test.

The goal is 500 ms. The template is the one below, 27 times seven resources: what a call takes, about one millisecond in moto
and botocore, counts for more than lines. 400 queues and rules on 2,300 lines, which are 500 calls, take 600 ms.

Before, a small template imports those of moto's services and of botocore's models that both need.
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from pytest_sfn import SfnAws

HEAD = """AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.12
    Handler: app.handler
Resources:
"""
PART = """
  Orders{n}:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub "orders-{n}-${{AWS::Region}}"
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - AttributeName: id
          AttributeType: S
      KeySchema:
        - AttributeName: id
          KeyType: HASH
  Inbox{n}:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Dead{n}.Arn
        maxReceiveCount: 3
  Dead{n}:
    Type: AWS::SQS::Queue
  News{n}:
    Type: AWS::SNS::Topic
    Properties:
      Subscription:
        - Protocol: sqs
          Endpoint: !GetAtt Inbox{n}.Arn
  Files{n}:
    Type: AWS::S3::Bucket
  Limit{n}:
    Type: AWS::SSM::Parameter
    Properties:
      Name: /shop/limit/{n}
      Type: String
      Value: "5"
  Save{n}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Policies:
        - DynamoDBCrudPolicy:
            TableName: !Ref Orders{n}
      Environment:
        Variables:
          TABLE: !Ref Orders{n}
          QUEUE: !Ref Inbox{n}
  Flow{n}:
    Type: AWS::Serverless::StateMachine
    Properties:
      Events:
        Paid:
          Type: EventBridgeRule
          Properties:
            Pattern:
              source:
                - shop
      Definition:
        StartAt: Save
        States:
          Save:
            Type: Task
            Resource: !GetAtt Save{n}.Arn
            Retry:
              - ErrorEquals:
                  - States.TaskFailed
                IntervalSeconds: 1
                MaxAttempts: 3
                BackoffRate: 2
            Next: Send
          Send:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage
            Parameters:
              QueueUrl: !Ref Inbox{n}
              MessageBody.$: $
            End: true
"""


def deploy(path):
    with SfnAws() as account:
        account.client("sqs").list_queues()  # moto and boto3 are imported
        begin = time.process_time()
        deployed = account.deploy(path)
        return time.process_time() - begin, len(deployed.made), len(deployed.machines)


with TemporaryDirectory() as root:
    Path(root, "src").mkdir()
    path = Path(root, "template.yaml")
    text = HEAD + "".join(PART.format(n=n) for n in range(2_000 // PART.count("\n") + 1))
    path.write_text(text, encoding="utf-8")
    lines = text.count("\n")
    small = Path(root, "small.yaml")
    small.write_text(HEAD + PART.format(n=0), encoding="utf-8")
    loading = deploy(small)[0]  # moto's services and botocore's models are imported
    first, made, machines = deploy(path)
    again = min(deploy(path)[0] for _ in range(5))
    print(
        f"{lines:,} lines, {made} resources, {machines} machines: {first * 1e3:.0f} ms, {again * 1e3:.0f} ms again; "
        f"before, {loading * 1e3:.0f} ms to import moto's services"
    )
