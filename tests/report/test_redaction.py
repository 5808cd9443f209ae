"""Secrets are in no report."""

import json

import pytest

from pytest_sfn import MockError, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.errors import printable
from tests.helpers import arn

NUMBER = '4111"1111'
INPUT = {"card": {"number": NUMBER, "cvc": 123, "valid": True}, "items": [{"pin": "0815"}]}


def machine(**fields):
    return {"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "Resource": arn("pay"), "End": True, **fields}}}


@pytest.fixture
def mock():
    mock = SfnMock()
    mock.redact("$.card.number", "$.card.cvc", "$.card.valid")
    return mock


def test_timeline(mock):
    mock.lambda_function("pay").raises("Bad", f"card {NUMBER} is no good, nor is 123")
    moved = mock.load(machine(Parameters={"no.$": "$.card.number", "cvc.$": "$.card.cvc"})).run(INPUT)

    assert moved.timeline(width=300).splitlines()[1:5] == [
        '  input   {"card": {"number": "[redacted]", "cvc": "[redacted]", "valid": true}, "items": [{"pin": "0815"}]}',
        "  +00:00:00  Pay  Task  Bad: card [redacted] is no good, nor is 123",
        "  error   Bad",
        "  cause   card [redacted] is no good, nor is 123   (errorMessage of the JSON cause)",
    ]


def test_before_it_is_cut(mock):
    mock.lambda_function("pay").returns({"text": "x" * 20 + NUMBER * 20})

    assert "4111" not in mock.load(machine()).run(INPUT).timeline(width=60)


def test_fields_that_a_state_sets(mock):
    mock.lambda_function("pay").returns(NUMBER)
    execution = mock.load(machine(ResultPath="$.copy")).run(INPUT)

    assert execution.timeline().splitlines()[2] == '  +00:00:00  Pay  Task  $.copy = "[redacted]"'


def test_variables(mock):
    mock.lambda_function("pay").raises("Bad", f"{NUMBER}, secretly")
    mock.redact("$.token")
    assign = {"card": {"number.$": "$.n"}, "order": {"token": "secretly", "id": 7}}
    states = {"First": {"Type": "Pass", "Assign": assign, "Next": "Pay"}, **machine()["States"]}

    shown = mock.load({"StartAt": "First", "States": states}).run({"n": NUMBER}).timeline(width=300)

    assert '$card = {"number": "[redacted]"}, $order = {"token": "[redacted]", "id": 7}' in shown
    assert "Bad: [redacted], [redacted]" in shown


def test_json_text_in_a_cause(mock):
    mock.lambda_function("pay").raises("Bad", raw_cause=json.dumps({"said": json.dumps({"number": NUMBER})}))

    assert "4111" not in mock.load(machine()).run(INPUT).timeline(width=300)


def test_message_of_a_missing_mock(mock):
    with pytest.raises(MockError) as caught:
        mock.load(machine()).run(INPUT)

    assert '"number": "[redacted]", "cvc": "[redacted]"' in str(caught.value)
    assert "4111" not in mock.executions[0].timeline()


def test_payload(mock):
    mock.redact("$.secret")
    state = {"FunctionName": "pay", "Payload": {"secret": "swordfish"}}
    with pytest.raises(MockError) as caught:
        mock.load(machine(Resource="arn:aws:states:::lambda:invoke", Parameters=state)).run()

    assert '{"FunctionName": "pay", "Payload": {"secret": "[redacted]"}}' in str(caught.value)


def test_paths_that_find_many():
    mock = SfnMock()
    mock.redact("$.items[*].pin")
    mock.lambda_function("pay").returns(None)

    assert '"items": [{"pin": "[redacted]"}]' in mock.load(machine()).run(INPUT).timeline(width=300)


def test_named_after_the_run():
    mock = SfnMock()
    mock.lambda_function("pay").returns("0815 it is")
    execution = mock.load(machine()).run(INPUT)
    mock.redact("$.items[0].pin")

    assert execution.timeline().splitlines()[-1] == '  output  "[redacted] it is"'


def test_nothing_else_changes():
    mock = SfnMock()
    mock.redact("$.nowhere")
    mock.lambda_function("pay").returns(INPUT)

    assert "[redacted]" not in mock.load(machine()).run(INPUT).timeline(width=300)


@pytest.mark.parametrize("keep", ["", "\n\t"])
def test_as_messages_show_what_is_not_printable(keep):
    key = "-----BEGIN KEY-----\nab\x1bcd\u202e\n-----END KEY-----"
    mock = SfnMock()
    mock.redact("$.key")
    mock.lambda_function("pay").returns({})
    mock.load(machine()).run({"key": key})

    assert account_of(mock).redaction.text(printable(f"<{key}>", keep)) == "<[redacted]>"
    assert account_of(mock).redaction.text(f"<{key}> {key!r}") == "<[redacted]> '[redacted]'"


def test_secrets_that_overlap_or_touch(mock):
    mock.redact("$.secret")
    redaction = account_of(mock).redaction
    redaction.value({"secret": ["abcdef", "efghij", "abcd"]})
    assert redaction.text("abcdefghij abcdefx abcdabcd bcde") == "[redacted] [redacted]x [redacted][redacted] bcde"


def test_of_thousands_of_secrets_few_are_compared(mock):
    mock.redact("$.secret")
    redaction = account_of(mock).redaction
    redaction.value({"secret": [f"{number:04}-token" for number in range(3000)]})
    assert redaction.text("0007-token, 2999-token, 3000-token") == "[redacted], [redacted], 3000-token"
