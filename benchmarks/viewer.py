"""The page of a Map of 3,000 iterations: how long it takes to write, how large it is, and the same of a long loop.

python benchmarks/viewer.py [--items 3000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_sfn import SfnMock

if TYPE_CHECKING:
    from pytest_sfn.account.execution import Execution

CHARGE = "arn:aws:lambda:us-east-1:123456789012:function:charge"
MAP: dict[str, Any] = {
    "StartAt": "All",
    "States": {
        "All": {
            "Type": "Map",
            "ItemsPath": "$.orders",
            "MaxConcurrency": 40,
            "ItemProcessor": {
                "StartAt": "Charge",
                "States": {
                    "Charge": {
                        "Type": "Task",
                        "Resource": CHARGE,
                        "Catch": [{"ErrorEquals": ["Declined"], "ResultPath": "$.error", "Next": "Note"}],
                        "ResultPath": "$.charged",
                        "End": True,
                    },
                    "Note": {"Type": "Pass", "End": True},
                },
            },
            "End": True,
        }
    },
}
LOOP: dict[str, Any] = {
    "QueryLanguage": "JSONata",
    "StartAt": "Zero",
    "States": {
        "Zero": {"Type": "Pass", "Assign": {"n": 0}, "Next": "Add"},
        "Add": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "More?"},
        "More?": {"Type": "Choice", "Choices": [{"Condition": "{% $n < 10000 %}", "Next": "Add"}], "Default": "Done"},
        "Done": {"Type": "Succeed"},
    },
}


def orders(items: int) -> Execution:
    """A Map of which one iteration in 500 fails and is caught."""
    account = SfnMock(quotas=None)

    def charge(event: dict[str, Any]) -> dict[str, Any]:
        if event["id"] % 500 == 7:
            raise type("Declined", (Exception,), {})("card declined")
        return {"receipt": f"R-{event['id']:05d}", "amount": event["id"] * 3, "currency": "EUR"}

    account.lambda_function("charge").calls(charge).takes(3)
    customer = {"city": "Lyon", "country": "FR", "since": "2019-04-01"}
    rows = [{"id": at, "customer": {"name": f"Customer {at}", **customer}, "lines": [{"sku": f"S{at}"}]} for at in range(items)]
    return account.load(MAP).run({"orders": rows})


def loop() -> Execution:
    """A state that is entered 10,000 times."""
    return SfnMock(quotas=None).load(LOOP).run({})


def measure(name: str, execution: Execution) -> None:
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        page = execution.to_html(Path(folder) / "page.html")
        seconds = time.process_time() - began
        print(f"{name:<24} {len(execution.history):>7,} events  {seconds:5.2f} s  {page.stat().st_size / 1e6:5.2f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=int, default=3000)
    items = parser.parse_args().items
    measure(f"Map of {items:,} items", orders(items))
    measure("loop of 10,000 rounds", loop())
