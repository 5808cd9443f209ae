"""Nothing that a handler changes of the process reaches the test, the next handler, or the next test."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

import tests
from pytest_sfn import SfnAws, SfnMock
from tests.helpers import arn, recover
from tests.lambda_.hostile import HOSTILE, probes

MACHINE = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": arn("f"), "End": True}}}
REPOSITORY = Path(tests.__file__).parent.parent
WAYS = {
    "import": "{text}\ndef handler(event, context): return 'done'",
    "body": "import sys, os\ndef handler(event, context):\n    {text}\n    return 'done'",
    "failed import": "{text}\nraise ValueError('damaged')",
    "exit": "import sys, os\ndef handler(event, context):\n    {text}\n    os.sys.exit(3)",
    "base": "import sys, os\nclass Own(BaseException): pass\ndef handler(event, context):\n    {text}\n    raise Own",
}
"""How a handler comes to run its text, and how it ends."""


def code_of(hostile, way):
    return "import os, sys\n" + WAYS[way].format(text=hostile.text)


def run(account, folder, hostile, way):
    """Call the handler twice; the second time it may see its own changes."""
    folder.mkdir(exist_ok=True)
    (folder / "app.py").write_text(code_of(hostile, way), encoding="utf-8")
    account.lambda_function("f").calls_handler("app.handler", root=folder)
    machine = account.load(MACHINE)
    ended = []
    for _ in range(2):
        try:
            execution = machine.run({})
            ended.append(execution.output if execution.succeeded else execution.error)
        except BaseException as error:
            if type(error).__name__ != "Own":
                raise
            ended.append("Own")
            recover(account)
    return ended


BREAKS_IMPORT = ("no modules",)
ENDED = {"import": "done", "body": "done", "failed import": "ValueError", "exit": "Runtime.ExitError", "base": "Own"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", [SfnMock, SfnAws])
def test_in_any_order(kind, seed, way, tmp_path):
    with kind():  # loads what it needs
        pass
    order = random.Random(f"{seed} {way}").sample(HOSTILE, len(HOSTILE))
    for number, hostile in enumerate(order):
        outside = probes()
        with kind() as account:
            before = probes()
            ended = run(account, tmp_path / str(number), hostile, way)
            assert different(before, probes()) == [], f"{hostile.name} in this account"
            assert "app" not in sys.modules, hostile.name
            assert hostile.name in BREAKS_IMPORT or set(ended) == {ENDED[way]}, hostile.name
        assert different(outside, probes()) == [], hostile.name


def different(before, after):
    return [f"{name}: {before[name]} -> {after[name]}" for name in before if before[name] != after[name]]


PROBES_CAN_FAIL = """
import os, sys
from tests.lambda_.hostile import HOSTILE
blind = []
for number, hostile in enumerate(HOSTILE):
    child = os.fork()
    if not child:
        before = hostile.probe()
        probe, leave = hostile.probe, os._exit
        exec(hostile.text, {"os": os, "sys": sys})
        leave(before == probe())
    if os.waitpid(child, 0)[1]:
        blind.append(hostile.name)
print(blind)
"""


def test_each_probe_sees_its_change():
    """Without a handler around it, each text does what its probe looks for."""
    found = subprocess.run(
        [sys.executable, "-c", PROBES_CAN_FAIL], capture_output=True, text=True, cwd=REPOSITORY, check=False
    )  # fmt: skip
    assert (found.stdout.strip(), found.stderr) == ("[]", "")


CONFTEST = """
import random
import pytest
from tests.lambda_.hostile import probes
from tests.lambda_.test_hostile import different

def pytest_collection_modifyitems(items):
    random.Random(7).shuffle(items)

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    before = probes()
    result = yield
    assert different(before, probes()) == [], item.name
    return result
"""
MODULE = """
import pytest
from tests.lambda_.hostile import HOSTILE
from tests.lambda_.test_hostile import run

@pytest.mark.parametrize("way", ["import", "body"])
@pytest.mark.parametrize("fixture", ["sfn_mock", "sfn_aws"])
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda each: each.name)
def test_hostile(request, fixture, hostile, way, tmp_path):
    run(request.getfixturevalue(fixture), tmp_path, hostile, way)
"""


def test_fixtures_in_random_order_under_xdist(pytester, monkeypatch):
    pytest.importorskip("xdist")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY), prepend=":")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(MODULE)
    result = pytester.runpytest_subprocess("-n2", "-p", "no:cacheprovider")
    assert result.parseoutcomes() == {"passed": 4 * len(HOSTILE)}, result.stdout.str()
