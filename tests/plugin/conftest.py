"""A folder with a definition, in which a test runs pytest as a user does."""

import json

import pytest

ORDER = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge",
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 1}],
            "ResultPath": "$.payment",
            "Next": "Ship",
        },
        "Ship": {"Type": "Succeed"},
    },
}


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def run(pytester):
    """Run a test module in a folder with `order.asl.json`; warnings are errors."""
    pytester.makefile(".asl.json", order=json.dumps(ORDER, indent=2))
    pytester.makeini("[pytest]\n")

    def run(source, *arguments):
        pytester.makepyfile(source)
        return pytester.runpytest("-W", "error", "-p", "no:randomly", *arguments)

    return run


@pytest.fixture
def shows():
    """Check that these lines are in the output, one after the other with none between."""

    def shows(result, text):
        wanted = text.strip("\n").splitlines()
        margin = min(len(line) - len(line.lstrip()) for line in wanted if line.strip())
        wanted = [line[margin:].rstrip() for line in wanted]
        found = [line.rstrip() for line in result.outlines]
        places = [i for i in range(len(found)) if found[i : i + len(wanted)] == wanted]
        assert places, "\n".join(["not found:", *wanted, "", "in:", *found])

    return shows
