"""Ways to start an execution."""

import pytest

from pytest_sfn import load
from pytest_sfn.coverage.python_text import Keyword
from pytest_sfn.scenarios.scenario import scenario_of
from pytest_sfn.scenarios.starts import Start
from tests.helpers import machine

EVENTS = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Order:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Read
        States: {Read: {Type: Pass, Parameters: {"a.$": "%s"}, End: true}}
      Events: {Begin: {Type: %s, Properties: %s}}
"""
RULE = '{Pattern: {source: ["shop"]}}'


@pytest.mark.parametrize(
    ("path", "kind", "properties", "start"),
    [
        ("$.detail.id", "EventBridgeRule", RULE, ("run_event", ("Begin", Keyword("detail", {"id": "detail-1"})))),
        ("$.source", "EventBridgeRule", RULE, ("run_event", ("Begin",))),
        ("$.other", "EventBridgeRule", RULE, ("run_event", ("Begin", Keyword("event", {"other": "other"})))),
        ("$.day", "Schedule", "{Schedule: rate(1 day), Input: '{\"day\": 1}'}", ("run_event", ("Begin",))),
        ("$.day", "Schedule", "{Schedule: rate(1 day), Input: '{}'}", ("run", ({"day": "day"},))),
        ("$.card", "Api", "{Path: /, Method: post}", ("run_event", ("Begin", Keyword("body", {"card": "card"})))),
    ],
)
def test_an_event_of_the_template_starts_it(tmp_path, path, kind, properties, start):
    file = tmp_path / "template.yaml"
    file.write_text(EVENTS % (path, kind, properties), encoding="utf-8")
    found = scenario_of(load(file))

    assert found.problem == ""
    assert (found.start.method, found.start.arguments) == start


def test_a_text_of_json_is_an_input_too():
    read = {"Type": "Pass", "Parameters": {"all.$": "States.StringToJson($)"}}
    found = scenario_of(load(machine(Read=read)))

    assert (found.problem, found.start) == ("", Start("run", (Keyword("input_json", '"{}"'),)))
