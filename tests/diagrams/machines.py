"""Definitions to draw."""

from itertools import pairwise
from typing import Any

TASK = "arn:aws:lambda:us-east-1:123456789012:function:charge"

ORDER: dict[str, Any] = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": TASK,
            "Retry": [{"ErrorEquals": ["Busy", "Tired"], "MaxAttempts": 2}],
            "Catch": [
                {"ErrorEquals": ["Declined"], "Next": "Refused", "ResultPath": "$.error"},
                {"ErrorEquals": ["States.ALL"], "Next": "Broken"},
            ],
            "Next": "Paid?",
        },
        "Paid?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.paid", "BooleanEquals": True, "Next": "Ship"},
                {"Variable": "$.later", "IsPresent": True, "Next": "Charge"},
            ],
            "Default": "Refused",
        },
        "Ship": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Print", "States": {"Print": {"Type": "Pass", "End": True}}},
                {
                    "StartAt": "Parcels",
                    "States": {
                        "Parcels": {
                            "Type": "Map",
                            "ItemsPath": "$.parcels",
                            "ItemProcessor": {
                                "StartAt": "Weigh",
                                "States": {"Weigh": {"Type": "Wait", "Seconds": 3, "End": True}},
                            },
                            "End": True,
                        }
                    },
                },
            ],
            "End": True,
        },
        "Refused": {"Type": "Succeed"},
        "Broken": {"Type": "Fail", "Error": "Broken"},
    },
}


def chain(names: list[str]) -> dict[str, Any]:
    """Pass states one after the other."""
    states: dict[str, Any] = {name: {"Type": "Pass", "Next": after} for name, after in pairwise(names)}
    return {"StartAt": names[0], "States": {**states, names[-1]: {"Type": "Succeed"}}}
