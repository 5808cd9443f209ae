"""Findings of the parser: notation of places, and what stands in for a placeholder without a value."""

from __future__ import annotations

import pytest

from pytest_sfn import load
from pytest_sfn.asl.findings import Finding, Findings, aws_notation
from pytest_sfn.asl.source import read_source
from pytest_sfn.errors import DefinitionError

VALUE = {"States": {"a/b": {"Retry": [{"ErrorEquals": ["E"]}], "Resource": "${Charge}"}}}


def test_places() -> None:
    pointer = "/States/a~1b/Retry/0/ErrorEquals"
    assert aws_notation(VALUE, pointer) == "/States/a/b/Retry[0]/ErrorEquals"
    assert aws_notation(VALUE, "") == "/"


@pytest.fixture
def findings() -> Findings:
    source = read_source(VALUE)
    return Findings(source, source.value)


def test_warnings_do_not_fail_it(findings: Findings) -> None:
    findings.add(Finding("CODE", "odd", "/States", severity="WARNING"))
    assert not findings.failed
    findings.state = "a/b"
    findings.wrong("Expected value of type String", "/States/a~1b/Retry")
    assert findings.failed
    assert [(d.severity, d.state, d.pointer) for d in findings.diagnostics()] == [
        ("WARNING", None, "/States"),
        ("ERROR", "a/b", "/States/a/b/Retry"),
    ]


def test_stand_in_loads_and_cannot_be_evaluated(findings: Findings) -> None:
    assert findings.unfilled("plain", "/States/a~1b") is None
    stand_in = findings.unfilled("${Charge}", "/States/a~1b/Resource")
    assert stand_in is not None
    assert not findings.failed
    with pytest.raises(DefinitionError) as caught:
        stand_in(None, None)
    assert str(caught.value) == (
        "definition at /States/a/b/Resource: state 'a/b': MISSING_SUBSTITUTION: ${Charge} has no value, and the definition "
        "cannot be run without it\n  fix  pass substitutions={'Charge': ...}"
    )


def test_objects_of_a_list(findings: Findings) -> None:
    assert findings.objects([{}, 1], "/States") == [({}, "/States/0")]
    assert [found.message for found in findings.findings] == ["Expected value of type Object"]


@pytest.mark.parametrize("states_first", [True, False])
def test_field_of_the_machine_is_of_no_state(states_first: bool) -> None:
    """Also when it comes after the states."""
    states = {"P": {"Type": "Pass", "End": True}}
    timeout, rest = {"TimeoutSeconds": "x"}, {"StartAt": "P", "States": states}
    with pytest.raises(DefinitionError, match=r"^definition at /TimeoutSeconds: SCHEMA_VALIDATION_FAILED: "):
        load({**rest, **timeout} if states_first else {**timeout, **rest})
