"""What a process and a test pay before anything runs.

Each measurement is a process of its own, and what is compared takes turns. Times are of the processor, since a
process as short as these waits for others more than it works.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

FIRST_SFN_MOCK = """
import pytest, time
start = time.process_time()
from pytest_sfn import SfnMock
SfnMock()
print(time.process_time() - start)
"""

FIRST_JSONATA = """
import pytest, time
from pytest_sfn import SfnMock
pass_state = {"Type": "Pass", "End": True}
definition = {"StartAt": "A", "States": {"A": pass_state}}
with SfnMock() as sfn_mock:
    sfn_mock.load(definition).run({})
    output = {"total": "{% $sum($states.input.items.price) %}", "id": "{% $uppercase($states.input.id) %}"}
    definition = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": pass_state | {"Output": output}}}
    start = time.process_time()
    sfn_mock.load(definition)
    print(time.process_time() - start)
"""

PYTEST = """
import sys, time
start = time.process_time()
import pytest
status = pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]])
print()
print(time.process_time() - start)
raise SystemExit(status)
"""

EMPTY_TESTS = "def {name}():\n    pass\n"

SFN_BEGIN = """
DEFINITION = {
    "StartAt": "Charge",
    "States": {"Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": True}},
}
def check(sfn_mock):
    sfn_mock.lambda_function("charge").returns({"charged": 12})
    assert sfn_mock.load(DEFINITION).run({"order": 42}).output == {"charged": 12}
"""
SFN_TESTS = "def {name}(sfn_mock):\n    check(sfn_mock)\n"


def run(script: str, *arguments: str) -> float:
    """The seconds that a script prints last."""
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - scripts of ours
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return float(done.stdout.split()[-1])


def first(script: str, rounds: int) -> float:
    """Least seconds; one process goes before, so that all modules are compiled."""
    run(script)
    return min(run(script) for _ in range(rounds))


def plugin_unused(rounds: int) -> float:
    """How many seconds longer a run of one empty test takes with the plugin than without."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_one.py").write_text(EMPTY_TESTS.format(name="test_one"), encoding="utf-8")
        pairs = [(run(PYTEST, folder), run(PYTEST, "-p", "no:sfn", folder)) for _ in range(rounds)]
    return min(each for each, _ in pairs) - min(each for _, each in pairs)


def per_test(rounds: int, tests: int = 1000) -> float:
    """How many seconds a test of one execution takes longer than an empty one, of a thousand each."""
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, "test_empty.py"), Path(folder, "test_sfn.py")
        for file, begin, text in zip(files, ("", SFN_BEGIN), (EMPTY_TESTS, SFN_TESTS), strict=True):
            file.write_text(begin + "".join(text.format(name=f"test_{i}") for i in range(tests)))
        pairs = [[run(PYTEST, str(file)) for file in files] for _ in range(rounds + 1)]
    return statistics.median(ours - empty for empty, ours in pairs[1:]) / tests
