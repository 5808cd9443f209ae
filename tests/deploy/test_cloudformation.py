from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_sfn import DefinitionWarning, DeploymentError, SfnAws
from pytest_sfn.deploy.cloudformation import CloudFormationResources
from pytest_sfn.expressions.values import dumps
from pytest_sfn.loaders.formats import as_text, read_template
from tests.deploy.helpers import resource, template

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


def test_what_a_condition_leaves_out_is_not_made(sfn_aws: SfnAws) -> None:
    given = template(
        Always=resource("AWS::SQS::Queue"),
        Prod={**resource("AWS::SQS::Queue"), "Condition": "IsProd"},
        Flow={**resource("AWS::StepFunctions::StateMachine", Definition=PASS), "Condition": "IsProd"},
    )
    given |= {
        "Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    }

    assert sfn_aws.deploy(given).made == ["Always"]
    assert sfn_aws.machines == []


def test_fn_if_chooses_properties(sfn_aws: SfnAws) -> None:
    name = {"Fn::If": ["IsProd", "live", {"Ref": "AWS::NoValue"}]}
    given = template(Inbox=resource("AWS::SQS::Queue", QueueName=name)) | {"Conditions": {"IsProd": {"Fn::Equals": ["a", "b"]}}}

    assert sfn_aws.deploy(given).ref("Inbox").endswith("/Inbox")


def test_the_user_may_say_what_a_resource_is_called(sfn_aws: SfnAws) -> None:
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/theirs"
    deployed = sfn_aws.deploy(
        template(Inbox=resource("AWS::SQS::Queue"), Files=resource("AWS::S3::Bucket")),
        parameters={"Inbox": url, "Files": "their-files"},
    )

    assert (deployed.ref("Inbox"), deployed.ref("Files")) == (url, "their-files")
    assert sfn_aws.client("sqs").get_queue_url(QueueName="theirs")["QueueUrl"] == url
    assert [each["Name"] for each in sfn_aws.client("s3").list_buckets()["Buckets"]] == ["their-files"]


def test_long_logical_ids_are_cut() -> None:
    found = read_template(as_text(template(**{"A" * 70: resource("AWS::Events::Rule")})), None)
    assert found is not None

    (rule,) = CloudFormationResources(found).wanted()

    assert (rule.name, rule.ref) == ("A" * 64, "A" * 64)


SERVERLESS = """
service: shop
functions:
  charge:
    handler: app.charge
    events: [{sqs: {arn: !GetAtt [Work, Arn]}}]
stepFunctions:
  stateMachines:
    order:
      name: order
      events:
        - eventBridge: {pattern: {source: [shop]}}
        - schedule: rate(1 day)
      definition: {StartAt: A, States: {A: {Type: Pass, End: true}}}
resources:
  Resources:
    Work: {Type: AWS::SQS::Queue, Properties: {QueueName: "${sls:stage}-work"}}
"""


def test_serverless_framework(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text(SERVERLESS)

    with pytest.warns(DefinitionWarning, match=r"serverless.yml:6:\d+: ChargeLambdaFunction .*no event of sqs reaches it"):
        deployed = sfn_aws.deploy(tmp_path / "serverless.yml")

    entry = {"Source": "shop", "DetailType": "x", "Detail": "{}"}
    sfn_aws.client("events").put_events(Entries=[entry])
    sfn_aws.advance(86400)
    assert [each.output["source"] for each in sfn_aws.executions] == ["shop", "aws.events"]
    assert deployed.ref("Work").endswith("/dev-work")
    assert deployed["order"] is deployed["Order"] is deployed.machine


EVENTS = """
service: shop
functions:
  charge:
    handler: app.charge
    events:
      - eventBridge: {eventBus: shop, pattern: {source: [shop]}}
      - eventBridge: {eventBus: !Ref Bus, pattern: {source: [shop]}}
stepFunctions:
  stateMachines:
    order:
      events:
        - eventBridge: {event: {source: [shop]}}
        - schedule: {rate: rate(1 day), method: scheduler, input: {n: 1}}
        - schedule: {rate: [rate(1 hour), rate(2 hours)]}
        - cloudwatchEvent: {event: {source: [other]}, name: others}
      definition: {StartAt: A, States: {A: {Type: Pass, End: true}}}
resources:
  Resources:
    Bus: {Type: AWS::Events::EventBus, Properties: {Name: own}}
"""


def test_what_the_framework_makes_has_its_names(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text(EVENTS)
    deployed = sfn_aws.deploy(tmp_path / "serverless.yml")

    of_machine = {
        *("OrderEventsRuleCloudWatchEvent1", "OrderStepFunctionsSchedulerSchedule1"),
        *("OrderStepFunctionsEventsRuleSchedule2", "OrderStepFunctionsEventsRuleSchedule3", "OrderEventsRuleCloudWatchEvent2"),
    }
    of_function = {"Shopdevchargerule1EventBridgeRule", "Shopdevchargerule2EventBridgeRule", "ShopEventBridgeEventBus"}
    assert set(deployed.made) == {*of_machine, *of_function, "Bus"}
    assert deployed.ref("OrderEventsRuleCloudWatchEvent2") == "others"
    assert deployed.ref("Shopdevchargerule1EventBridgeRule").endswith("shop-dev-charge-rule-1")
    for name in of_machine:
        assert deployed.machine.run_event(name).succeeded
    assert deployed.machine.run_event("OrderStepFunctionsSchedulerSchedule1").output == {"n": 1}
    schedule = sfn_aws.client("scheduler").get_schedule(Name="OrderStepFunctionsSchedulerSchedule1")
    assert schedule["Target"]["Arn"] == deployed.machine.arn


def test_a_machine_of_the_framework_is_made_with_its_events(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text(EVENTS)
    deployed = sfn_aws.deploy(tmp_path / "serverless.yml", logical_ids=["order"])
    assert len(deployed.made) == 5
    assert all(deployed.machine.run_event(name).succeeded for name in deployed.made)


@pytest.mark.parametrize("method", ["eventBus", "scheduler"])
def test_rates_with_one_name_are_refused(sfn_aws: SfnAws, tmp_path: Path, method: str) -> None:
    schedule = f"{{rate: [rate(1 hour), rate(1 day)], name: often, method: {method}}}"
    (tmp_path / "serverless.yml").write_text(EVENTS.replace("{rate: [rate(1 hour), rate(2 hours)]}", schedule))
    with pytest.raises(DeploymentError, match=r"serverless.yml:15:11: Order.*Schedule2 .* one rate"):
        sfn_aws.deploy(tmp_path / "serverless.yml")


NESTED = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Queue: {Type: String}}
Resources:
  Orders: {Type: AWS::Serverless::SimpleTable}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Pass, Result: !Ref Queue, End: true}}}
Outputs:
  Table: {Value: !Ref Orders}
"""
AROUND = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Application
    Properties: {Location: nested.yaml, Parameters: {Queue: !GetAtt Work.QueueName}}
  Name:
    Type: AWS::SSM::Parameter
    Properties: {Value: !GetAtt Shop.Outputs.Table}
  Work: {Type: AWS::SQS::Queue}
  Nobody: {Type: AWS::SQS::Queue}
"""


def test_a_nested_stack_is_deployed_too(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "nested.yaml").write_text(NESTED)
    (tmp_path / "template.yaml").write_text(AROUND)

    deployed = sfn_aws.deploy(tmp_path / "template.yaml", logical_ids=["Name"])

    table = deployed.ref("Shop-Orders")
    assert sfn_aws.client("dynamodb").list_tables()["TableNames"] == [table]
    assert sfn_aws.client("ssm").get_parameter(Name="Name")["Parameter"]["Value"] == table
    assert set(deployed.made) == {"Work", "Shop-Orders", "Name"}
    assert deployed["Flow"] is deployed["Shop-Flow"]
    assert deployed.machine.run({}).output == "Work"


def test_a_nested_stack_that_is_elsewhere_is_lacking(sfn_aws: SfnAws) -> None:
    stack = resource("AWS::CloudFormation::Stack", TemplateURL="https://s3.amazonaws.com/b/t.yaml")
    with pytest.raises(DeploymentError, match=r"Shop .*its template is not on this disk"):
        sfn_aws.deploy(template(Shop=stack))


def test_the_file_of_a_nested_stack_that_is_missing_is_named(sfn_aws: SfnAws, tmp_path: Path) -> None:
    asset = {"aws:asset:path": "Shop1234.nested.template.json", "aws:asset:property": "TemplateURL"}
    url = {"Fn::Sub": "https://s3.${AWS::Region}.amazonaws.com/b/1234.json"}
    stacks = template(
        Made={**resource("AWS::CloudFormation::Stack", TemplateURL=url), "Metadata": asset},
        Misspelt=resource("AWS::Serverless::Application", Location="shp.yaml"),
        Unknown=resource("AWS::CloudFormation::Stack", TemplateURL={"Ref": "Place"}),
    )
    (tmp_path / "shop.yaml").touch()
    path = tmp_path / "outer.json"
    path.write_text(dumps({**stacks, "Parameters": {"Place": {"Type": "String"}}}))
    with pytest.raises(DeploymentError) as caught:
        sfn_aws.deploy(path)

    made, misspelt, unknown = caught.value.lacking
    assert made.why == "its template is not on this disk: Shop1234.nested.template.json"
    assert made.fix.startswith("run cdk synth, which writes it; or say what it gives")
    assert misspelt.why == "its template is not on this disk: shp.yaml; did you mean 'shop.yaml'?"
    assert unknown.why == "its template is not on this disk"


def test_a_resource_of_serverless_is_at_its_place_in_its_file(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text("service: s\nresources:\n  - ${file(queues.yml)}\n")
    (tmp_path / "queues.yml").write_text(
        "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: {VisibilityTimeout: '${opt:q}'}\n"
    )
    with pytest.raises(
        DeploymentError, match=r"queues.yml:4:18: Q \(AWS::SQS::Queue\): VisibilityTimeout: \${opt:q} is not known here"
    ):
        sfn_aws.deploy(tmp_path / "serverless.yml")


def test_where_a_function_of_sam_sends_its_results_is_told(sfn_aws: SfnAws) -> None:
    sends = {"DestinationConfig": {"OnSuccess": {"Type": "SQS", "Destination": "arn"}}}
    with pytest.warns(DefinitionWarning, match="Save .*no result of the function is sent on"):
        sfn_aws.deploy(template(Save=resource("AWS::Serverless::Function", EventInvokeConfig=sends)))


WITHIN = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Succeed}}}
      Events:
        Daily: {Type: Schedule, Properties: {Schedule: rate(1 day), Name: daily}}
        Often: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day), Name: often}}
  Own:
    Type: AWS::Events::Rule
    Properties:
      {EventPattern: {source: [x]}, Name: own, Targets: [{Id: a, Arn: !Ref Flow, RoleArn: "arn:aws:iam::123456789012:role/r"}]}
"""


def test_run_event_knows_what_a_nested_stack_has_made(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "within.yaml").write_text(WITHIN)
    shop = resource("AWS::Serverless::Application", Location="within.yaml")
    (tmp_path / "template.json").write_text(json.dumps(template(Shop=shop)))
    deployed = sfn_aws.deploy(tmp_path / "template.json")

    assert set(deployed.made) == {"Shop-FlowDaily", "Shop-FlowOften", "Shop-Own"}
    assert all(deployed.machine.run_event(name).succeeded for name in deployed.made)


def test_parts_that_cannot_be_made_count(sfn_aws: SfnAws) -> None:
    rateless = {name: {"Type": "Schedule", "Properties": {}} for name in ("A", "B")}
    good = {"Good": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}}}
    flow = resource("AWS::Serverless::StateMachine", Definition=PASS, Events={**rateless, **good})
    with pytest.raises(DeploymentError, match="since 2 of its 3 resources"):
        sfn_aws.deploy(template(Flow=flow))


def test_what_the_framework_makes_beside_them_has_values(sfn_aws: SfnAws, tmp_path: Path) -> None:
    text = """\
service: shop
provider: {name: aws, stage: dev}
resources:
  Resources:
    Api: {Type: AWS::SSM::Parameter, Properties: {Name: /api, Type: String, Value: !Ref HttpApi}}
    Role:
      Type: AWS::SSM::Parameter
      Properties: {Name: /role, Type: String, Value: !GetAtt IamRoleLambdaExecution.Arn}
"""
    (tmp_path / "serverless.yml").write_text(text, encoding="utf-8")
    sfn_aws.deploy(tmp_path / "serverless.yml")

    found = {each: sfn_aws.client("ssm").get_parameter(Name=each)["Parameter"]["Value"] for each in ("/api", "/role")}
    assert found == {"/api": "HttpApi", "/role": "arn:aws:iam::123456789012:role/shop-dev-us-east-1-lambdaRole"}
