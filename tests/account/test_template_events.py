"""`machine.run_event`: the input that what starts a machine in its template would give."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest

from pytest_sfn import DefinitionWarning, JsonValueError, PytestSfnError
from pytest_sfn.names import suggest

A = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
PLACED = {"source": ["shop"], "detail-type": ["Order Placed"], "detail": {"amount": [{"numeric": [">", 5]}]}}


@pytest.fixture
def machine(sfn_mock):
    def load(**events):
        properties = {"Definition": A, "Events": events}
        flow = {"Type": "AWS::Serverless::StateMachine", "Properties": properties}
        return sfn_mock.load(json.dumps({"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Flow": flow}}))

    return load


def event(kind, **properties):
    return {"Type": kind, "Properties": properties}


def test_a_rule_gets_an_event_that_matches(machine):
    flow = machine(Placed=event("EventBridgeRule", Pattern=PLACED))
    execution = flow.run_event("Placed", detail={"id": "7"}, event={"resources": ["arn:r"]}, name="first")
    sent = execution.input
    assert (sent["source"], sent["detail-type"], sent["detail"]["id"]) == ("shop", "Order Placed", "7")
    assert sent["detail"]["amount"] > 5
    assert (sent["time"], sent["region"], sent["resources"]) == ("2024-01-01T00:00:00Z", "us-east-1", ["arn:r"])
    assert (execution.name, execution.status) == ("first", "SUCCEEDED")
    assert flow.run_event("FlowPlaced", detail={"amount": 9}).input["detail"] == {"amount": 9}


def test_the_target_makes_the_input(machine):
    transformer = {"InputPathsMap": {"n": "$.detail.amount"}, "InputTemplate": '{"n": <n>, "rule": "<aws.events.rule-name>"}'}
    flow = machine(
        Constant=event("EventBridgeRule", Pattern=PLACED, Input='{"a": 1}'),
        Path=event("EventBridgeRule", Pattern=PLACED, InputPath="$.detail"),
        Made=event("EventBridgeRule", Pattern=PLACED, InputTransformer=transformer, RuleName="made"),
    )
    inputs = [flow.run_event(name, detail={"amount": 7}).input for name in ("Constant", "Path", "Made", "made")]
    assert inputs == [{"a": 1}, {"amount": 7}, {"n": 7, "rule": "made"}, {"n": 7, "rule": "made"}]


def test_an_event_that_does_not_match(machine):
    flow = machine(Placed=event("EventBridgeRule", Pattern=PLACED))
    with pytest.raises(PytestSfnError, match="does not match the rule's pattern, so it would start nothing") as caught:
        flow.run_event("Placed", detail={"amount": 1})
    assert str(caught.value).startswith("<definition>:1:")
    with pytest.raises(PytestSfnError, match="does not match"):
        flow.run_event("Placed", event={"source": "other"})


def test_schedules(machine):
    at = '{"at": "<aws.scheduler.scheduled-time>"}'
    flow = machine(
        Daily=event("Schedule", Schedule="rate(1 day)"),
        Given=event("Schedule", Schedule="rate(1 day)", Input='{"a": 1}'),
        Hourly=event("ScheduleV2", ScheduleExpression="rate(1 hour)", Input=at),
        Bare=event("ScheduleV2", ScheduleExpression="rate(1 hour)"),
    )
    daily = flow.run_event("Daily").input
    assert (daily["detail-type"], daily["source"], daily["detail"]) == ("Scheduled Event", "aws.events", {})
    assert daily["resources"] == ["arn:aws:events:us-east-1:123456789012:rule/FlowDaily"]
    assert flow.run_event("Given").input == {"a": 1}
    assert flow.run_event("Hourly").input == {"at": "2024-01-01T00:00:00Z"}
    assert flow.run_event("Bare").input["source"] == "aws.scheduler"
    with pytest.raises(PytestSfnError, match="leave out detail= and event="):
        flow.run_event("Hourly", detail={})


def test_an_api_takes_the_body(machine):
    flow = machine(Post=event("Api", Path="/orders", Method="POST"))
    assert flow.run_event("Post", body=[1]).input == [1]
    assert flow.run_event("Post").input == {}
    with pytest.raises(PytestSfnError, match="give body=, the JSON of the request"):
        flow.run_event("Post", detail={})


def test_an_event_has_no_body(machine):
    with pytest.raises(PytestSfnError, match="an event has no body"):
        machine(Daily=event("Schedule", Schedule="rate(1 day)")).run_event("Daily", body={})


@pytest.fixture
def piped(sfn_mock):
    def load(source, filters=(), template=None, **more):
        machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": json.dumps(A)}}
        patterns = [{"Pattern": json.dumps(each)} for each in filters]
        properties = {
            "Source": f"arn:aws:{source}",
            "SourceParameters": {"FilterCriteria": {"Filters": patterns}},
            "Target": {"Ref": "Flow"},
            "TargetParameters": {"InputTemplate": template} if template else {},
            **more,
        }
        pipe = {"Type": "AWS::Pipes::Pipe", "Properties": properties}
        return sfn_mock.load(json.dumps({"Resources": {"Flow": machine, "Pipe": pipe}}))

    return load


QUEUE = "sqs:us-east-1:123456789012:orders"


def test_a_pipe_from_a_queue(piped):
    flow = piped(QUEUE, [{"body": {"amount": [{"numeric": [">", 5]}]}}])
    (record,) = flow.run_event("Pipe", body={"amount": 7}, event={"messageAttributes": {"a": {}}}).input
    assert (json.loads(record["body"]), record["eventSource"], record["messageAttributes"]) == (
        {"amount": 7},
        "aws:sqs",
        {"a": {}},
    )
    (record,) = flow.run_event("Pipe").input
    assert json.loads(record["body"])["amount"] > 5
    with pytest.raises(PytestSfnError, match="does not match the pipe's filters"):
        flow.run_event("Pipe", body={"amount": 1})


def test_a_pipe_with_a_template(piped):
    flow = piped(QUEUE, template='{"id": <$.body.id>, "text": "order <$.body.id> of <$.eventSource>"}')
    assert flow.run_event("Pipe", body={"id": 7}).input == [{"id": 7, "text": "order 7 of aws:sqs"}]


def test_pipes_from_streams(piped):
    (record,) = piped("kinesis:us-east-1:123456789012:stream/s").run_event("Pipe", body={"a": 1}).input
    assert json.loads(b64decode(record["data"])) == {"a": 1}
    table = piped("dynamodb:us-east-1:123456789012:table/t/stream/1", [{"eventName": ["MODIFY"]}])
    (record,) = table.run_event("Pipe", event={"dynamodb": {"Keys": {"id": {"S": "1"}}}}).input
    assert (record["eventName"], record["dynamodb"]["Keys"]) == ("MODIFY", {"id": {"S": "1"}})
    with pytest.raises(PytestSfnError, match="has no body"):
        table.run_event("Pipe", body={})


ENRICH = {"Enrichment": "arn:aws:lambda:us-east-1:123456789012:function:enrich"}


def test_a_pipe_asks_its_enrichment(piped, sfn_mock):
    enrich = sfn_mock.lambda_function("enrich")
    enrich.calls(lambda records: [{"order": json.loads(record["body"])["id"], "vat": 19} for record in records])
    assert piped(QUEUE, **ENRICH).run_event("Pipe", body={"id": 7}).input == [{"order": 7, "vat": 19}]
    (sent,) = enrich.calls[0].input
    assert (sent["body"], sent["eventSource"]) == ('{"id":7}', "aws:sqs")


def test_templates_of_a_pipe_with_an_enrichment(piped, sfn_mock):
    enrich = sfn_mock.lambda_function("enrich")
    enrich.returns([{"vat": 19}, {"vat": 7}]).returns({"vat": 19})
    parameters = {"EnrichmentParameters": {"InputTemplate": '{"id": <$.body.id>}'}}
    flow = piped(QUEUE, template='{"percent": <$.vat>}', **ENRICH, **parameters)
    assert flow.run_event("Pipe", body={"id": 7}).input == [{"percent": 19}, {"percent": 7}]
    assert enrich.calls[0].input == [{"id": 7}]
    assert flow.run_event("Pipe", body={"id": 7}).input == {"percent": 19}


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (lambda enrich: enrich.returns([]), "its enrichment gives nothing, so it would start nothing"),
        (lambda enrich: enrich.raises("Broken", "no"), "its enrichment has failed, so it would start nothing: .*Broken"),
    ],
)
def test_an_enrichment_that_lets_nothing_through(piped, sfn_mock, answer, problem):
    answer(sfn_mock.lambda_function("enrich"))
    with pytest.raises(PytestSfnError, match=problem):
        piped(QUEUE, **ENRICH).run_event("Pipe")


def test_pipes_that_are_not_read(piped):
    other = "arn:aws:events:us-east-1:123456789012:api-destination/a/1"
    with pytest.raises(PytestSfnError, match=f"an enrichment by {other} is not read here"):
        piped(QUEUE, Enrichment=other).run_event("Pipe")
    with pytest.raises(PytestSfnError, match="a pipe that reads arn:aws:mq:us-east-1:123456789012:broker"):
        piped("mq:us-east-1:123456789012:broker").run_event("Pipe")
    with pytest.raises(PytestSfnError, match="a pipe's record has no detail"):
        piped(QUEUE).run_event("Pipe", detail={})


def test_unknown_names(machine, sfn_mock):
    flow = machine(Nightly=event("Schedule", Schedule="rate(1 day)"), Post=event("Api", Path="/", Method="GET"))
    with pytest.raises(PytestSfnError) as caught:
        flow.run_event("Nightli")
    first, *rest = str(caught.value).splitlines()
    assert first == f"machine 'Flow' has no event source 'Nightli'{suggest('Nightli', ['Nightly'])}"
    assert [line.split()[-2:] for line in rest[:2]] == [["Nightly", "(schedule)"], ["Post", "(api)"]]
    with pytest.raises(PytestSfnError, match="nothing in <definition> starts it, as far as that says"):
        machine().run_event("Nightly")
    with pytest.raises(PytestSfnError, match="is of no template, so nothing starts it"):
        sfn_mock.load(A).run_event("Nightly")


def test_a_rule_with_two_targets(sfn_mock):
    """EventBridge starts an execution for each."""
    targets = [{"Id": name, "Arn": {"Ref": "Flow"}, "Input": f'"{name}"'} for name in ("first", "second")]
    flow = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": json.dumps(A)}}
    rule = {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": ["shop"]}, "Targets": targets}}
    machine = sfn_mock.load(json.dumps({"Resources": {"Flow": flow, "Rule": rule}}))
    assert machine.run_event("Rule.second").input == "second"
    fix = "starts the machine 2 times, once for each target\n  fix  name one of them: 'Rule.first' or 'Rule.second'"
    with pytest.raises(PytestSfnError, match=fix):
        machine.run_event("Rule")
    with pytest.raises(PytestSfnError, match=r"Rule\.first \(rule\)\n.*Rule\.second \(rule\)"):
        machine.run_event("Other")


@pytest.mark.parametrize("argument", ["detail", "event"])
def test_what_is_no_object(machine, argument):
    with pytest.raises(PytestSfnError, match=rf"{argument} is an object, not \[1\]"):
        machine(Placed=event("EventBridgeRule", Pattern=PLACED)).run_event("Placed", **{argument: [1]})


@pytest.mark.parametrize("name", [None, 3, ""])
def test_what_is_no_name(machine, name):
    with pytest.raises(PytestSfnError, match=f"has no event source {name!r}\n"):
        machine(Placed=event("EventBridgeRule", Pattern=PLACED)).run_event(name)


def test_an_event_of_an_unknown_type(machine):
    with pytest.warns(DefinitionWarning, match="no event of type 'Schedul'"):
        flow = machine(Daily=event("Schedul", Schedule="rate(1 day)"))
    with pytest.raises(PytestSfnError) as caught:
        flow.run_event("Daily")
    assert str(caught.value).startswith(
        "machine 'Flow' has no event source 'Daily'; its event of that name is of the type 'Schedul', which starts nothing here"
        "; did you mean 'Schedule'?\n"
    )


def test_an_input_that_is_no_json(machine):
    with pytest.raises(JsonValueError) as caught:
        machine(Bad=event("Schedule", Schedule="rate(1 day)", Input="{")).run_event("Bad")
    problem, written, sent, fix, _ = str(caught.value).splitlines()
    assert problem.startswith("<definition>:1:")
    assert "event source 'Bad' of 'Flow': its input is no JSON, so it would start nothing: not JSON: Expecting" in problem
    assert (written, sent) == ("  written  {", '  input    "{"')
    assert fix == "  fix  write an Input or a template that gives JSON"


@pytest.mark.parametrize(
    ("template", "fix"),
    [
        ('{"n": <total>}', "InputPathsMap has no 'total'"),
        ('{"n": <numbr>}', "InputPathsMap has no 'numbr', did you mean 'number'?"),
        ('{"n": <aws.events.rule-nme>}', "InputPathsMap has no 'aws.events.rule-nme', did you mean 'aws.events.rule-name'?"),
        ('{"n": <number>', "write an Input or a template that gives JSON"),
    ],
)
def test_a_template_with_a_misspelt_variable(machine, template, fix):
    transformer = {"InputPathsMap": {"number": "$.detail.amount"}, "InputTemplate": template}
    with pytest.raises(JsonValueError) as caught:
        machine(Placed=event("EventBridgeRule", Pattern=PLACED, InputTransformer=transformer)).run_event("Placed")
    assert f"\n  written  {template}\n" in str(caught.value)
    assert f"\n  fix  {fix}\n" in str(caught.value)


def test_a_template_of_a_pipe_that_gives_no_json(piped):
    with pytest.raises(JsonValueError, match="event source 'Pipe' of 'Flow': its input is no JSON"):
        piped(QUEUE, template='{"id": <body.id>}').run_event("Pipe", body={"id": 7})
