"""Executions to show, and what the page's data say of them."""

from typing import Any

from pytest_sfn.viewer.story import Story
from pytest_sfn.viewer.values import Values

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
TASK: dict[str, Any] = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": FUNCTION + "charge",
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 5}],
            "Catch": [{"ErrorEquals": ["Declined"], "Next": "Refused"}],
            "ResultPath": "$.paid",
            "End": True,
        },
        "Refused": {"Type": "Pass", "End": True},
    },
}


def loop(times: int) -> dict[str, Any]:
    return {
        "QueryLanguage": "JSONata",
        "StartAt": "Zero",
        "States": {
            "Zero": {"Type": "Pass", "Assign": {"n": 0}, "Next": "Add"},
            "Add": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "More?"},
            "More?": {"Type": "Choice", "Choices": [{"Condition": f"{{% $n < {times} %}}", "Next": "Add"}], "Default": "End"},
            "End": {"Type": "Succeed"},
        },
    }


def mapped(states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    processor = {"StartAt": next(iter(states)), "States": states}
    return {"StartAt": "All", "States": {"All": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}}}


class Told:
    """What a story says of executions, with values in place of their numbers."""

    def __init__(self, *executions: Any, limit: int = 25_000) -> None:
        self.values = Values(executions[0]._account.redaction)
        self.story = Story(executions, executions[0]._account, self.values, limit)
        self.data = self.story.data()
        self.texts = self.values.lines()[0].split("\n")
        self.executions = self.data["executions"]

    def scope(self, number: int) -> dict[str, int]:
        if number < 0:
            return {}
        above, added = self.data["scopes"][number]
        return {**self.scope(above), **added}

    def visits(self, number: int = 0) -> list[str]:
        execution = self.executions[number]
        states = self.data["machines"][execution["family"]]["states"]
        return [states[visit[0]][0] for visit in execution["visits"]]

    def event(self, at: int, number: int = 0) -> dict[str, Any]:
        kind, _, _, *own = self.executions[number]["events"][at]
        name, _, shape = self.data["kinds"][kind]
        rest = iter(own)
        found = {"type": name}
        for member, how, constant in shape:
            found[member] = constant if how == "constant" else next(rest)
            if how == "value":
                found[member] = self.texts[found[member]]
        return found
