from __future__ import annotations

from pathlib import Path

import pytest

from pytest_sfn import DefinitionWarning, DeploymentError, PytestSfnError, SfnAws
from pytest_sfn.deploy.makers import MAKERS
from tests.deploy.helpers import resource, template

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
SHOP = {
    "Parameters": {"Mail": {"Type": "String"}},
    **template(
        Config=resource("AWS::AppConfig::Application"),
        Orders=resource("AWS::SQS::Queue"),
        Seed=resource("Custom::Seed", ServiceToken="arn"),
        Limit=resource("AWS::SSM::Parameter", Value={"Ref": "Mail"}),
        Again=resource("AWS::SSM::Parameter", Value={"Fn::Sub": "to ${Mail}"}),
        Sub=resource("AWS::SNS::Subscription", TopicArn={"Ref": "News"}, Protocol="sqs", Endpoint="arn"),
        News=resource("AWS::SNS::Topic", TopicName="a topic"),
        Flow=resource("AWS::StepFunctions::StateMachine", Definition=PASS),
        Save=resource(
            "AWS::Lambda::Function",
            Environment={"Variables": {"CONFIG": {"Ref": "Config"}, "SEED": {"Fn::GetAtt": ["Seed", "Id"]}}},
        ),
        Role=resource("AWS::IAM::Role"),
    ),
}


def test_a_template_that_is_half_understood_deploys_nothing(sfn_aws: SfnAws) -> None:
    with pytest.raises(DeploymentError) as caught:
        sfn_aws.deploy(SHOP)

    assert str(caught.value) == (
        "<template>: nothing was deployed, since 5 of its 10 resources cannot be made\n"
        "<template>:8:5: Config (AWS::AppConfig::Application): "
        "pytest-sfn does not make resources of this type, and Save refers to it\n"
        '  fix  say what it gives, parameters={"Config": ...}, or deploy the rest with partial=True\n'
        "<template>:16:5: Seed (Custom::Seed): "
        "a program makes it while the template is deployed, which does not run here, and Save refers to it\n"
        '  fix  say what it gives, parameters={"Seed": ...}, or deploy the rest with partial=True\n'
        "<template>:25:9: Limit (AWS::SSM::Parameter): Value: the parameter 'Mail' has no default\n"
        "  fix  pass its value: parameters={'Mail': ...}\n"
        "<template>:38:5: Sub (AWS::SNS::Subscription): it needs News, which cannot be made\n"
        "<template>:48:5: News (AWS::SNS::Topic): sns refuses it: InvalidParameter: Invalid parameter: Topic Name\n"
        "  fix  correct it, or name the resources that a test needs in logical_ids\n"
        "deploy(..., partial=True) makes the others; logical_ids=[...] makes only what you name, and what that needs\n"
        "  see  pytest-sfn docs deploy#what-cannot-be-made (https://pytest-sfn.readthedocs.io/en/latest/deploy.html#what-cannot-be-made)"
    )
    assert [each.logical_id for each in caught.value.lacking] == ["Config", "Seed", "Limit", "Sub", "News"]
    assert "QueueUrls" not in sfn_aws.client("sqs").list_queues()
    assert sfn_aws.machines == []


def test_partial_makes_the_rest(sfn_aws: SfnAws) -> None:
    deployed = sfn_aws.deploy(SHOP, partial=True)

    assert deployed.made == ["Orders"]
    assert [each.logical_id for each in deployed.lacking] == ["Config", "Seed", "Limit", "Sub", "News"]
    assert deployed.machine.run({}).succeeded


def test_what_the_user_says_of_a_resource_will_do(sfn_aws: SfnAws) -> None:
    given = {"Config": "pool", "Seed.Id": "7", "Mail": "a@example.com"}
    deployed = sfn_aws.deploy(SHOP, parameters=given, logical_ids=["Config", "Seed", "Limit", "Flow"])

    assert (deployed.made, deployed.lacking) == (["Limit"], [])
    assert deployed.get_att("Seed", "Id") == "7"


def test_what_nothing_that_runs_refers_to_is_left_out(sfn_aws: SfnAws) -> None:
    roled = resource("AWS::IAM::Role", Description={"Ref": "Config"})
    with pytest.warns(DefinitionWarning) as caught:
        deployed = sfn_aws.deploy(
            template(
                Config=resource("AWS::AppConfig::Application"),
                Seed=resource("Custom::Seed", Table={"Ref": "Orders"}),
                Tool=resource("AWS::Serverless::Application", Location={"ApplicationId": "arn", "SemanticVersion": "1.0.0"}),
                Orders={**resource("AWS::SQS::Queue"), "DependsOn": "Seed"},
                Role=roled,
            )
        )

    (warning,) = caught
    assert str(warning.message) == (
        "<template>:3:5: Config (AWS::AppConfig::Application): "
        "pytest-sfn does not make resources of this type; nothing that runs here refers to it\n"
        "<template>:7:5: Seed (Custom::Seed): "
        "a program makes it while the template is deployed, which does not run here; nothing that runs here refers to it\n"
        "<template>:15:5: Tool (AWS::Serverless::Application): "
        "its template is not on this disk; nothing that runs here refers to it\n"
        "  see  pytest-sfn docs deploy#what-cannot-be-made (https://pytest-sfn.readthedocs.io/en/latest/deploy.html#what-cannot-be-made)"
    )
    assert deployed.made == ["Orders"]
    assert [each.logical_id for each in deployed.lacking] == ["Config", "Seed", "Tool"]


@pytest.mark.parametrize(
    "user",
    [
        resource("AWS::SSM::Parameter", Value={"Ref": "Config"}),
        resource("AWS::StepFunctions::StateMachine", Definition={**PASS, "Comment": {"Ref": "Config"}}),
        resource("AWS::StepFunctions::StateMachine", Definition=PASS, DefinitionSubstitutions={"Config": {"Ref": "Config"}}),
        resource("AWS::Serverless::Function", Environment={"Variables": {"CONFIG": {"Fn::Sub": "${Config}"}}}),
    ],
)
def test_what_something_that_runs_refers_to_is_lacking(sfn_aws: SfnAws, user: dict[str, object]) -> None:
    given = template(Config=resource("AWS::AppConfig::Application"), User=user)
    with pytest.raises(DeploymentError, match=r"Config .* does not make resources of this type, and User refers to it"):
        sfn_aws.deploy(given)


@pytest.mark.parametrize(
    "part",
    [
        resource("AWS::CloudFormation::Stack", TemplateURL="https://s3.amazonaws.com/b/t.yaml"),
        resource("AWS::Serverless::Application", Location="away.yaml"),
        resource("AWS::Serverless::Application", Location={"Fn::ImportValue": "place"}),
        resource("Acme::Net::Vpc::MODULE"),
    ],
)
def test_what_holds_resources_that_are_not_here_is_lacking(sfn_aws: SfnAws, part: dict[str, object]) -> None:
    with pytest.raises(DeploymentError, match="Part"):
        sfn_aws.deploy(template(Part=part))


def test_a_loop_is_lacking_if_a_test_loses_something_by_it(sfn_aws: SfnAws) -> None:
    queue, alarm = resource("AWS::SQS::Queue"), resource("AWS::CloudWatch::Alarm")

    with pytest.raises(DeploymentError, match=r"Fn::ForEach::Queues \(Fn::ForEach\): a loop, which is not evaluated here"):
        sfn_aws.deploy(template(**{"Fn::ForEach::Queues": ["Name", ["A", "B"], {"Queue${Name}": queue}]}))
    assert sfn_aws.deploy(template(**{"Fn::ForEach::Alarms": ["Name", ["A", "B"], {"Alarm${Name}": alarm}]})).lacking == []


def test_a_macro_that_has_the_whole_template_is_told(sfn_aws: SfnAws) -> None:
    given = {"Transform": ["AWS::LanguageExtensions", "Shout"], **template(Orders=resource("AWS::SQS::Queue"))}
    with pytest.warns(DefinitionWarning, match="Shout .*: a macro, which does not run here: what it changes is not here"):
        deployed = sfn_aws.deploy(given)

    assert deployed.made == ["Orders"]


def test_what_needs_the_machines_is_in_the_list_too(sfn_aws: SfnAws) -> None:
    version = resource("AWS::StepFunctions::StateMachineVersion", StateMachineArn={"Fn::GetAtt": ["Seed", "Flow"]})
    with pytest.raises(DeploymentError) as caught:
        sfn_aws.deploy({**SHOP, "Resources": {**SHOP["Resources"], "First": version}})

    assert caught.value.lacking[-1].logical_id == "First"


@pytest.mark.sfn(account_id="111111111111")
def test_the_account_is_that_of_the_test(sfn_aws: SfnAws) -> None:
    given = template(Key=resource("AWS::KMS::Key"), Secret=resource("AWS::SecretsManager::Secret"))
    deployed = sfn_aws.deploy(given)

    assert sfn_aws.client("kms").describe_key(KeyId=deployed.ref("Key"))["KeyMetadata"]["Arn"] == deployed.get_att("Key")
    with pytest.raises(PytestSfnError, match="AWS::AccountId is 222222222222, and the account of this test is 111111111111"):
        sfn_aws.deploy(given, parameters={"AWS::AccountId": "222222222222"})


def test_an_attribute_that_is_not_known_is_told_once(sfn_aws: SfnAws) -> None:
    value = {"Fn::GetAtt": ["Seed", "Url"]}
    with pytest.raises(DeploymentError) as caught:
        sfn_aws.deploy(template(Seed=resource("Custom::Seed"), Url=resource("AWS::SSM::Parameter", Value=value)))

    (lack,) = caught.value.lacking
    assert (lack.logical_id, lack.name, lack.fix) == ("Url", "Seed.Url", "pass its value: parameters={'Seed.Url': ...}")


def test_logical_ids_limit_what_is_made(sfn_aws: SfnAws) -> None:
    deployed = sfn_aws.deploy(SHOP, logical_ids=["Flow", "Orders"])

    assert deployed.made == ["Orders"]
    assert [*deployed.machines] == ["Flow"]


def test_what_reaches_nobody_is_told_once(sfn_aws: SfnAws) -> None:
    mapping = resource("AWS::Lambda::EventSourceMapping", EventSourceArn="arn", FunctionName="f")
    with pytest.warns(DefinitionWarning) as caught:
        deployed = sfn_aws.deploy(template(Reader=mapping, Orders=resource("AWS::SQS::Queue")))

    (warning,) = caught
    assert str(warning.message) == (
        "<template>:3:5: Reader (AWS::Lambda::EventSourceMapping): nothing reads its source and calls the function\n"
        "  see  pytest-sfn docs deploy#what-reaches-nobody (https://pytest-sfn.readthedocs.io/en/latest/deploy.html#what-reaches-nobody)"
    )
    assert [each.logical_id for each in deployed.undelivered] == ["Reader"]
    assert sfn_aws.deploy(template(Orders=resource("AWS::SQS::Queue", QueueName="two"))).undelivered == []


def test_deployed_twice_it_is_there_already(sfn_aws: SfnAws) -> None:
    table = resource("AWS::Serverless::SimpleTable")
    sfn_aws.deploy(template(Orders=table))

    with pytest.raises(DeploymentError, match=r"refuses it: ResourceInUseException.*\n  fix  it is there already: deploy a"):
        sfn_aws.deploy(template(Orders=table))
    assert sfn_aws.client("dynamodb").list_tables()["TableNames"] == ["Orders"]


def test_a_failed_deployment_leaves_what_was_there_before(sfn_aws: SfnAws) -> None:
    sqs, sns, events, states = (sfn_aws.client(each) for each in ("sqs", "sns", "events", "stepfunctions"))
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="mine")
    sns.create_topic(Name="t")
    events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": "arn:aws:sqs:us-east-1:123456789012:q"}])
    states.create_activity(name="a")
    machine = sfn_aws.load(PASS, name="Flow")
    again = template(
        Q=resource("AWS::SQS::Queue", QueueName="q"),
        T=resource("AWS::SNS::Topic", TopicName="t"),
        R=resource(
            "AWS::Events::Rule",
            Name="r",
            ScheduleExpression="rate(2 days)",
            Targets=[{"Id": "2", "Arn": "arn:aws:sqs:us-east-1:123456789012:q"}],
        ),
        A=resource("AWS::StepFunctions::Activity", Name="a"),
        New=resource("AWS::StepFunctions::Activity", Name="new"),
        Flow=resource("AWS::StepFunctions::StateMachine", StateMachineName="Flow", Definition=PASS),
        Alias=resource("AWS::StepFunctions::StateMachineAlias", RoutingConfiguration=[{"Weight": 7}]),
    )
    with pytest.raises(DeploymentError, match="Alias"):
        sfn_aws.deploy(again)

    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "mine"
    assert len(sns.list_topics()["Topics"]) == 1
    assert [each["ScheduleExpression"] for each in events.list_rules()["Rules"]] == ["rate(1 day)"]
    assert [each["Id"] for each in events.list_targets_by_rule(Rule="r")["Targets"]] == ["1"]
    assert [each["name"] for each in states.list_activities()["activities"]] == ["a"]
    assert [each["stateMachineArn"] for each in states.list_state_machines()["stateMachines"]] == [machine.arn]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_no_error_leaves_half_a_deployment(
    sfn_aws: SfnAws, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def fail(self: object, *_: object, **__: object) -> None:
        raise error

    monkeypatch.setitem(MAKERS, "AWS::KinesisFirehose::DeliveryStream", fail)  # after the queue
    given = template(Q=resource("AWS::SQS::Queue"), F=resource("AWS::KinesisFirehose::DeliveryStream"))
    with pytest.raises(error):
        sfn_aws.deploy(given)

    assert "QueueUrls" not in sfn_aws.client("sqs").list_queues()


@pytest.mark.filterwarnings("error")
def test_a_warning_that_is_an_error_undoes_the_deployment(sfn_aws: SfnAws) -> None:
    given = template(Q=resource("AWS::SQS::Queue"), Seed=resource("Custom::Seed"))
    with pytest.raises(DefinitionWarning):
        sfn_aws.deploy(given)

    assert "QueueUrls" not in sfn_aws.client("sqs").list_queues()


def test_a_misspelt_parameter_is_named_when_the_deployment_fails(sfn_aws: SfnAws) -> None:
    given = {"Parameters": {"Stage": {"Type": "String"}}, **template(P=resource("AWS::SSM::Parameter", Value={"Ref": "Stage"}))}
    with pytest.raises(DeploymentError, match=r"nothing takes the parameter 'Stag' \(did you mean 'Stage'\?\)\ndeploy\("):
        sfn_aws.deploy(given, parameters={"Stag": "dev"})


@pytest.mark.filterwarnings("error")
def test_a_value_that_a_function_takes_is_taken(sfn_aws: SfnAws) -> None:
    code = resource("AWS::Lambda::Function", Environment={"Variables": {"A": {"Fn::ImportValue": "there"}}})
    sfn_aws.deploy(template(Save=code, Q=resource("AWS::SQS::Queue")), parameters={"there": "1"})


def test_two_resources_of_one_name(sfn_aws: SfnAws) -> None:
    rule = resource("AWS::Events::Rule", Name="nightly", ScheduleExpression="rate(1 day)")
    with pytest.raises(DeploymentError, match="1 of its 3 resources"):
        sfn_aws.deploy(template(One=rule, Two=rule, Bad=resource("AWS::SSM::Parameter")))

    assert sfn_aws.client("events").list_rules()["Rules"] == []


MISSHAPEN = {
    'PrimaryKey is an object, and here it is "id"': resource("AWS::Serverless::SimpleTable", PrimaryKey="id"),
    'Targets is a list, and here it is "x"': resource("AWS::Events::Rule", ScheduleExpression="rate(1 day)", Targets="x"),
    "what is in Targets is an object": resource("AWS::Events::Rule", ScheduleExpression="rate(1 day)", Targets=["x"]),
    "EventPattern is an object": resource("AWS::Events::Rule", EventPattern=5),
    "it has neither EventPattern nor ScheduleExpression": resource("AWS::Events::Rule"),
    "what is in QueueConfigurations is an object": resource(
        "AWS::S3::Bucket", BucketName="files", NotificationConfiguration={"QueueConfigurations": ["x"]}
    ),
    "PasswordLength is 99999; it is a number up to 4096": resource(
        "AWS::SecretsManager::Secret", GenerateSecretString={"PasswordLength": 99999}
    ),
    "SecretStringTemplate: not JSON": resource(
        "AWS::SecretsManager::Secret", GenerateSecretString={"SecretStringTemplate": "x"}
    ),
    "Fn::Join takes [delimiter, [values]]": resource("AWS::SSM::Parameter", Value={"Fn::Join": "x"}),
    "the resource 'It' has no Type": {},
    'Subscription is a list, and here it is {"Protocol":"sqs"}': resource("AWS::SNS::Topic", Subscription={"Protocol": "sqs"}),
    "a macro, which is not evaluated here": {"Fn::Transform": {"Name": "MakeQueues"}},
}


@pytest.mark.parametrize("why", MISSHAPEN)
def test_properties_of_another_shape(sfn_aws: SfnAws, why: str) -> None:
    with pytest.raises(DeploymentError) as caught:
        sfn_aws.deploy(template(It=MISSHAPEN[why]))

    (lack,) = caught.value.lacking
    assert why in lack.why
    assert lack.location is not None


def test_what_moto_fails_on_is_listed_and_breaks_no_other_test(sfn_aws: SfnAws, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.sqs.models import SQSBackend

    monkeypatch.setattr(SQSBackend, "create_queue", None)

    deployed = sfn_aws.deploy(template(It=resource("AWS::SQS::Queue")), partial=True)

    assert deployed.lacking[0].why.startswith("sqs: moto failed with TypeError")


TYPOS = {
    "Parameters": {"Stage": {"Type": "String", "AllowedValues": ["dev", "prod"], "Default": "dev"}},
    **template(
        Orders=resource("AWS::SQS::Queue", VisibilityTimout=10),
        News={**resource("AWS::SNS::Topic"), "Condition": "IsProd"},
        Role=resource("AWS::IAM::Role", RoleName={"Ref": "Nobody"}),
        Queu=resource("AWS::SQS::Queu"),
        Flow=resource("AWS::StepFunctions::StateMachine", Definition=PASS),
    ),
}


def test_a_template_that_aws_would_refuse_is_refused_before_anything_is_made(sfn_aws: SfnAws) -> None:
    with pytest.raises(DeploymentError) as caught:
        sfn_aws.deploy(TYPOS, parameters={"Stage": "test"})

    assert str(caught.value) == (
        "<template>: nothing was deployed, since AWS would refuse the template\n"
        "<template>:5:7: the value 'test' of the parameter 'Stage' is not one of AllowedValues: dev, prod\n"
        "  fix  pass another: parameters={'Stage': ...}\n"
        "<template>:16:9: Orders (AWS::SQS::Queue): an AWS::SQS::Queue has no property 'VisibilityTimout'\n"
        "  fix  did you mean 'VisibilityTimeout'?\n"
        "<template>:22:20: News (AWS::SNS::Topic): the template has no condition 'IsProd'\n"
        "  fix  add it to Conditions\n"
        "<template>:33:15: Queu (AWS::SQS::Queu): there is no type 'AWS::SQS::Queu' of resources\n"
        "  fix  did you mean 'AWS::SQS::Queue'?\n"
        "  fix  correct it; deploy(..., partial=True) deploys it all the same\n"
        "  see  pytest-sfn docs deploy#mistakes-in-the-template (https://pytest-sfn.readthedocs.io/en/latest/deploy.html#mistakes-in-the-template)"
    )
    assert [each.logical_id for each in caught.value.lacking] == ["", "Orders", "News", "Queu"]
    assert "QueueUrls" not in sfn_aws.client("sqs").list_queues()


def test_partial_deploys_a_template_with_mistakes_and_tells_them(sfn_aws: SfnAws) -> None:
    with pytest.warns(DefinitionWarning) as caught:
        deployed = sfn_aws.deploy(TYPOS, partial=True)

    assert sorted(deployed.made) == ["News", "Orders"]
    assert "the template has no parameter or resource 'Nobody'" in str(caught[0].message)


def test_mistakes_that_do_not_concern_a_test_are_warnings(sfn_aws: SfnAws) -> None:
    with pytest.warns(DefinitionWarning, match="no parameter or resource 'Nobody'"):
        deployed = sfn_aws.deploy(TYPOS, logical_ids=["Role", "Flow"])

    assert [*deployed.machines] == ["Flow"]


def test_mistakes_of_nested_stacks(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "nested.yaml").write_text("Resources: {Q: {Type: AWS::SQS::Queue, DependsOn: Nope}}", encoding="utf-8")
    path = tmp_path / "template.yaml"
    path.write_text(
        "Resources: {Shop: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: nested.yaml}}}", encoding="utf-8"
    )

    with pytest.raises(DeploymentError, match=r"nested.yaml:1:\d+: Shop-Q \(AWS::SQS::Queue\): .* no resource 'Nope'"):
        sfn_aws.deploy(path)


def test_a_machine_counts_once_and_is_of_its_own_type(sfn_aws: SfnAws) -> None:
    waits = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "f"},
        "Next": "B",
    }
    flow = resource(
        "AWS::Serverless::StateMachine",
        Type="EXPRESS",
        Definition={"StartAt": "A", "States": {"A": waits, "B": {**waits, "Next": "C"}, "C": {"Type": "Succeed"}}},
        Events={"Daily": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}}},
    )
    with pytest.raises(DeploymentError) as caught:
        sfn_aws.deploy(template(Flow=flow, News=resource("AWS::SNS::Topic")))

    head, first, *_ = str(caught.value).splitlines()
    assert head == "<template>: nothing was deployed, since 1 of its 2 resources cannot be made"
    assert "Flow (AWS::Serverless::StateMachine): SCHEMA_VALIDATION_FAILED: Express state machine" in first
    assert "  fix  make it STANDARD (type='STANDARD', or its type in the template)" in str(caught.value)
    assert len(caught.value.lacking) == 2
