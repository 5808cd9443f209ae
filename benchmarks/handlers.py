"""What a warm call of a function's own code costs beside one of a stub, the item of a Map around it included."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from pytest_sfn import SfnMock

CALLS = 1000
TASK = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}
DEFINITION = {
    "StartAt": "Each",
    "States": {"Each": {"Type": "Map", "ItemProcessor": {"StartAt": "Call", "States": {"Call": TASK}}, "End": True}},
}


def measure(answer):
    """Microseconds per call, the best of seven runs."""
    best = float("inf")
    for _ in range(7):
        with SfnMock(quotas=None) as account:
            machine = account.load(DEFINITION)
            answer(account.lambda_function("f"))
            machine.run([0])  # imports
            begin = time.perf_counter()
            machine.run(list(range(CALLS)))
            best = min(best, time.perf_counter() - begin)
    return best / CALLS * 1e6


with TemporaryDirectory() as root:
    Path(root, "app.py").write_text("def handler(event, context):\n    return {'n': event}\n", encoding="utf-8")
    for name, answer in {
        "stub": lambda mock: mock.calls(lambda event, context: {"n": event}),
        "handler": lambda mock: mock.calls_handler("app.handler", root=root),
        "handler, freeze_time": lambda mock: mock.calls_handler("app.handler", root=root, freeze_time=True),
    }.items():
        print(f"{name:<21} {measure(answer):5.1f} microseconds")
