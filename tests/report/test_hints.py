"""Near misses of Retriers and Catchers."""

import json
import re

import pytest

from pytest_sfn import SfnMock
from tests.helpers import arn


def hints(error, cause="", *, retry=(), catch=(), raw=None):
    """What the timeline of a task that fails so says of its Retriers and Catchers, each given by its ErrorEquals."""
    state = {
        "Type": "Task",
        "Resource": arn("f"),
        "Retry": [{"ErrorEquals": names, "MaxAttempts": 1} for names in retry],
        "Catch": [{"ErrorEquals": names, "Next": "Caught"} for names in catch],
        "Next": "Caught",
    }
    mock = SfnMock()
    mock.lambda_function("f").raises(error, cause, raw_cause=raw)
    execution = mock.load({"StartAt": "A", "States": {"A": state, "Caught": {"Type": "Succeed"}}}).run()
    return [line.removeprefix("  hint    ") for line in execution.timeline().splitlines() if line.startswith("  hint")]


NEVER = (
    "AWS never reports Lambda.Timeout: a function that runs into its own timeout fails with Sandbox.Timedout, "
    "a task that passes TimeoutSeconds with States.Timeout. This error is Sandbox.Timedout"
)
CLASS = "that text is in the error's message, but its name is 'Exception'. AWS matches the exception's class name: "


@pytest.mark.parametrize(
    ("error", "cause", "names", "advice"),
    [
        ("Sandbox.Timedout", "", "Lambda.Timeout", NEVER),
        (
            "Sandbox.Timedout",
            "",
            "States.Timeout",
            "another kind of timeout. This error is Sandbox.Timedout: the function ran into its own timeout",
        ),
        ("cardDeclined", "", "CardDeclined", "error names must match exactly, and this error is 'cardDeclined'"),
        ("bank.CardDeclined", "", "CardDeclined", "the error's whole name is 'bank.CardDeclined', prefix included"),
        ("CardDeclined", "", "bank.CardDeclined", "the error's whole name is 'CardDeclined', prefix included"),
        ("PaymentFailedError", "", "PaymentFailError", "this error is 'PaymentFailedError'; is one of the two misspelt?"),
        ("Exception", "CardDeclined", "CardDeclined", CLASS + "raise a class named CardDeclined, or catch 'Exception'"),
        (
            "Exception",
            "no: CardDeclined!",
            "bank.CardDeclined",
            CLASS + "raise a class named CardDeclined, or catch 'Exception'",
        ),
        ("States.Timeout", "", "States.TaskFailed", "it takes every error but States.Timeout, which is this error"),
    ],
)
def test_catcher(error, cause, names, advice):
    assert hints(error, cause, catch=[[names]]) == [f"Catch[0] of 'A' names {names!r}: {advice}"]


@pytest.mark.parametrize(
    ("error", "cause", "names"),
    [
        ("CardDeclined", "", "Other"),
        ("CardDeclined", "", "CardDeclined"),
        ("CardDeclined", "", "States.ALL"),
        ("CardDeclined", "", "States.TaskFailed"),
        ("Exception", "a CardDeclinedByBank", "CardDeclined"),
        ("Exception", "States.Timeout", "States.Timeout"),
        ("Exception", "it is bad", "Bad"),
    ],
)
def test_nothing_to_say(error, cause, names):
    taken = names in (error, "States.ALL", "States.TaskFailed")
    assert hints(error, cause, catch=[[names]]) == ([] if taken else [f"no Catcher of 'A' takes {error}; Catch names {names}"])


def test_what_no_catcher_takes():
    catch = [["Denied", "Refused"], ["Denied", "States.Timeout"]]
    assert hints("Exception", "", catch=catch) == [
        "no Catcher of 'A' takes Exception; Catch names Denied, Refused, States.Timeout"
    ]
    assert hints("Exception", "", retry=[["Denied"]]) == []


def test_a_retrier_is_told_to_retry():
    assert hints("Exception", "Busy now", retry=[["Busy"]]) == [
        f"Retry[0] of 'A' names 'Busy': {CLASS}raise a class named Busy, or retry 'Exception'"
    ]


def test_a_hint_stays_when_a_catcher_for_everything_follows():
    assert hints("Exception", "CardDeclined", catch=[["CardDeclined"], ["States.ALL"]]) == [
        f"Catch[0] of 'A' names 'CardDeclined': {CLASS}raise a class named CardDeclined, or catch 'Exception'"
    ]


def test_no_hint_where_another_rule_names_the_error():
    assert hints("Sandbox.Timedout", retry=[["Sandbox.Timedout"], ["Lambda.Timeout"]], catch=[["Sandbox.Timedout"]]) == []


def test_no_hint_for_an_error_that_a_retry_mended():
    mock = SfnMock()
    mock.lambda_function("f").raises("busy").returns(1)
    state = {
        "Type": "Task",
        "Resource": arn("f"),
        "Retry": [{"ErrorEquals": ["States.ALL"]}],
        "Catch": [{"ErrorEquals": ["Busy"], "Next": "A"}],
        "End": True,
    }

    assert "hint" not in mock.load({"StartAt": "A", "States": {"A": state}}).run().timeline()


def test_states_runtime_is_taken_by_nothing():
    state = {
        "Type": "Task",
        "Resource": arn("f"),
        "Parameters": {"x.$": "$.no"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
        "Next": "Caught",
    }
    execution = SfnMock().load({"StartAt": "A", "States": {"A": state, "Caught": {"Type": "Succeed"}}}).run()

    assert execution.timeline().splitlines()[-1] == (
        "  hint    Catch[0] of 'A' does not take States.Runtime: AWS ends the execution with it"
    )


ORDERS = """{
  "StartAt": "Save",
  "States": {
    "Save": {
      "Type": "Task",
      "Resource": "arn:aws:states:::dynamodb:putItem",
      "Parameters": {
        "TableName": "orders",
        "Itm.$": "$.item",
        "Item": {"total": {"N.$": "$.total"}, "none": null}
      },
      "End": true
    }
  }
}"""


def test_refused_parameters():
    execution = SfnMock().load(ORDERS).run({"item": 1, "total": 5})
    assert [line for line in execution.timeline().splitlines() if "hint" in line] == [
        "  hint    <definition>:9:9: dynamodb:putItem has no parameter 'Itm'; did you mean 'Item'?",
        "  hint    <definition>:10:28: the parameter 'Item.total.N' of dynamodb:putItem must be a string",
    ]


@pytest.mark.parametrize(
    ("resource", "parameters", "hint"),
    [
        ("sqs:sendMessage", {"MessageBody": "m"}, "sqs:sendMessage requires the parameter 'QueueUrl'"),
        ("aws-sdk:s3:headBucket", {"Bucket": "b", "Zzz": 1}, "no parameter 'Zzz'; it has Bucket, ExpectedBucketOwner"),
        ("batch:submitJob", {"JobName": "j", "JobQueue": "q", "JobDefinition": "d", "Zzz": 1}, "it has JobName, JobQueue, "),
    ],
)  # fmt: skip
def test_refused_parameters_of_a_dict(resource, parameters, hint):
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True, "QueryLanguage": "JSONata"}
    task["Arguments"] = f"{{% {json.dumps(parameters)} %}}"
    timeline = SfnMock().load({"StartAt": "A", "States": {"A": task}}).run().timeline()
    assert hint in timeline


INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
READS = {"Type": "Pass", "InputPath": "$.Payload.x", "End": True}
READS_JSONATA = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.Payload.x %}", "End": True}


@pytest.mark.parametrize("target", ["state", "function"])
@pytest.mark.parametrize(
    "states",
    [
        {"A": {**INVOKE, "OutputPath": "$.Payload.x", "End": True}},
        {"A": {**INVOKE, "ResultSelector": {"y.$": "$.Payload.x"}, "End": True}},
        {"A": {**INVOKE, "Next": "B"}, "B": READS},
        {"A": {**INVOKE, "Next": "B"}, "B": READS_JSONATA},
    ],
)
def test_payload_too_many_or_none(target, states):
    mock = SfnMock()
    answer = mock.lambda_function("f").returns if target == "function" else mock.state("A").returns
    answer({"Payload": {"x": 1}} if target == "function" else {"x": 1})
    execution = mock.load({"StartAt": "A", "States": states}).run()

    (hint,) = [line for line in execution.timeline().splitlines() if line.startswith("  hint")]
    got = "a Payload inside a Payload" if target == "function" else "an answer without Payload"
    assert hint == (
        f"  hint    'A' got {got}: lambda_function(...) answers what the function returns, and the Payload around it is made "
        f"here; state(...) answers the whole, Payload included"
    )


@pytest.mark.parametrize(
    "states",
    [
        {"A": {**INVOKE, "OutputPath": "$.x", "End": True}},
        {"A": {**INVOKE, "Next": "B"}, "B": {**READS, "InputPath": "$.x.y"}},
        {"A": {**INVOKE, "Next": "B"}, "B": {**READS_JSONATA, "Output": "{% $states.input.x.y %}"}},
    ],
)
def test_a_path_beside_the_payload(states):
    mock = SfnMock()
    mock.lambda_function("f").returns({"x": 1})
    execution = mock.load({"StartAt": "A", "States": states}).run()
    hint = "'A' calls lambda:invoke, whose answer has what the function returned in Payload: Payload.x"
    assert [line for line in execution.timeline().splitlines() if line.startswith("  hint")] == [f"  hint    {hint}"]


@pytest.mark.parametrize("answer", [{"x": 1}, {"x": {}}, 7])
def test_a_payload_as_it_should_be_is_no_matter(answer):
    mock = SfnMock()
    mock.lambda_function("f").returns(answer)
    states = {"A": {**INVOKE, "OutputPath": "$.Payload.x.y", "End": True}}

    timeline = mock.load({"StartAt": "A", "States": states}).run().timeline()
    assert "Invalid path '$.Payload.x.y'" in timeline
    assert "hint" not in timeline


def inline_map(**fields):
    processor = {"StartAt": "X", "States": {"X": {"Type": "Pass", "InputPath": "$.no", "End": True}}}
    return {"Type": "Map", "ItemProcessor": processor, **fields}


@pytest.mark.parametrize(
    ("state", "field"),
    [
        ({"Type": "Pass", "InputPath": "$.no"}, '"InputPath"'),
        ({"Type": "Wait", "SecondsPath": "$.no"}, '"SecondsPath"'),
        ({"Type": "Pass", "Parameters": {"a": [{"b.$": "$.no"}]}}, '"b.$"'),
        ({"Type": "Pass", "Parameters": {"a.$": "$.no", "b": {"b.$": "$.yes"}}}, '"a.$"'),
        ({"Type": "Pass", "Parameters": {"a.$": "States.Format('{}', $.no)"}}, '"a.$"'),
        ({"Type": "Pass", "Parameters": {"a": {"a.$": "$.no"}, "b": {"a.$": "$.no"}}}, '"a.$"'),
        ({"Type": "Pass", "Parameters": [1, {"a/b": [{"c.$": "$.no"}]}]}, '"c.$"'),
        ({"Type": "Pass", "ResultPath": "$.yes.x"}, '"ResultPath"'),
        ({"Type": "Fail", "CausePath": "$.no"}, '"CausePath"'),
        ({"Type": "Choice", "Choices": [{"Not": {"Variable": "$.no", "IsNull": True}, "Next": "B"}]}, '"Variable"'),
        ({"Type": "Choice", "Choices": [{"Variable": "$.yes", "IsNull": True, "Next": "B"}]}, '"Choices"'),
        ({"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [{"Condition": "{% 1 %}", "Next": "B"}]}, '"Condition"'),
        ({"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"a": {"b": "{% $no.x %}"}}}, '"b"'),
        (inline_map(ItemsPath="$.no"), '"ItemsPath"'),
    ],
)
def test_place_of_the_field_that_failed(state, field):
    end = {} if state["Type"] in ("Choice", "Fail") else {"End": True}
    after = {"B": {"Type": "Succeed"}} if state["Type"] == "Choice" else {}
    text = json.dumps({"StartAt": "A", "States": {"A": {**state, **end}, **after}}, indent=1)
    (at,) = [line for line in SfnMock().load(text).run({"yes": 1}).timeline().splitlines() if line.startswith("  at ")]

    line, column, named = re.match(r"  at      <definition>:(\d+):(\d+): state 'A', (.+)$", at).groups()
    assert text.splitlines()[int(line) - 1][int(column) - 1 :].startswith(field)
    assert named.endswith(field.strip('"'))


@pytest.mark.parametrize(
    ("state", "field"),
    [
        (
            {"Choices": [{"Condition": "{% false %}", "Next": "B"}, {"Condition": "{% 1 %}", "Next": "B"}]},
            "Choices[1]/Condition",
        ),
        ({"Choices": [{"Condition": "{% true %}", "Next": "B", "Assign": {"x": "{% $no.x %}"}}]}, "Choices[0]/Assign/x"),
        ({"Choices": [{"Condition": "{% true %}", "Next": "B", "Output": ["{% $no.x %}"]}]}, "Choices[0]/Output[0]"),
        ({"Choices": [{"Condition": "{% false %}", "Next": "B"}], "Default": "B", "Assign": {"x": "{% $no.x %}"}}, "Assign/x"),
    ],
)
def test_the_rule_whose_field_failed(state, field):
    choice = {"Type": "Choice", "QueryLanguage": "JSONata", **state}
    shown = SfnMock().load({"StartAt": "A", "States": {"A": choice, "B": {"Type": "Succeed"}}}).run().timeline()

    assert f"\n  at      state 'A', {field}\n" in shown
    assert f"  A  Choice  States.QueryEvaluationError in {field}: The JSONata expression" in shown


@pytest.mark.parametrize(
    ("fields", "field", "error"),
    [
        ({"Assign": {"x.$": "$.no"}}, "Catch[1]/Assign/x.$", "States.Runtime"),
        ({"ResultPath": "$.a.b"}, "Catch[1]/ResultPath", "States.ReferencePathConflict"),
    ],
)
def test_a_catcher_whose_own_field_failed(fields, field, error):
    mock = SfnMock()
    mock.state("A").raises("Lost", "no way")
    catch = [{"ErrorEquals": ["Other"], "Next": "B"}, {"ErrorEquals": ["States.ALL"], "Next": "B", **fields}]
    states = {"A": {**INVOKE, "Catch": catch, "Next": "B"}, "B": {"Type": "Succeed"}}

    shown = mock.load({"StartAt": "A", "States": states}).run({"a": 1}).timeline()

    rows = [line.strip() for line in shown.splitlines()]
    assert rows[2] == "+00:00:00  A  Task  Lost: no way"
    assert rows[3].startswith(f"{error} in {field}: ")
    assert f"at      state 'A', {field}" in rows
    assert "hint" not in shown


def test_place_of_the_field_that_failed_among_equal_ones():
    fields = {"Parameters": {"a": {"a.$": "$.yes"}, "b": {"a.$": "$.no"}, "c": {"a.$": "$.no"}}}
    text = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", **fields, "End": True}}}, indent=1)
    line = next(number for number, each in enumerate(text.splitlines(), 1) if '"b"' in each) + 1

    assert f"  at      <definition>:{line}:" in SfnMock().load(text).run({"yes": 1}).timeline()


def test_a_heartbeat_that_was_missed_is_the_business_of_its_retrier():
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"},
        "HeartbeatSeconds": 5,
        "Retry": [{"ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": 1}],
        "End": True,
    }
    mock = SfnMock()
    mock.state("A").submits({})
    timeline = mock.load({"StartAt": "A", "States": {"A": state}}).run().timeline()

    assert "States.Timeout: HeartbeatSeconds of 5 s, token unanswered; Retry[0] is used up" in timeline
