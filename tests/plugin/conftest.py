"""A folder with a definition, in which a test runs pytest as a user does."""

import json
from textwrap import dedent

import pytest
import yaml  # noqa: F401

# Imported here, or each run of pytest inside of this process would import them anew, and then some of what they import, but not
# all: a package keeps its modules as attributes when they have gone from `sys.modules`.
import pytest_sfn.trace.outcome  # noqa: F401
import pytest_sfn.trace.visits  # noqa: F401

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
    for name in ("CI", "BUILD_NUMBER"):  # on such a machine pytest does not cut its summary to the terminal
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(pytester):
    """Run a test module in a folder with `order.asl.json`; warnings are errors."""
    pytester.makefile(".asl.json", order=json.dumps(ORDER, indent=2))
    pytester.makeini("[pytest]\n")

    def run(source, *arguments, subprocess=False):
        pytester.makepyfile(source)
        start = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        return start("-W", "error", "-p", "no:randomly", "-p", "no:hypothesispytest", *arguments)

    return run


@pytest.fixture
def shows():
    """Check that these lines are in the output, one after the other with none between."""

    def shows(result, text):
        wanted = [line.rstrip() for line in dedent(text).rstrip().lstrip("\n").splitlines()]
        found = [line.rstrip() for line in result.outlines]
        places = [i for i in range(len(found)) if found[i : i + len(wanted)] == wanted]
        assert places, "\n".join(["not found:", *wanted, "", "in:", *found])

    return shows
