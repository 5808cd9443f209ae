"""How much a service task costs, beside the same calls made by hand.

    python benchmarks/service_tasks.py [--rounds 9] [--runs 20]

A machine puts an item into a table of moto and gets it again, as optimized and as `aws-sdk` tasks; by hand the same two
calls are made with one boto3 client. Both are warm, and take turns in every round; medians are shown, and their ratio.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

from pytest_sfn import SfnAws

ITEM = {"id": {"S": "42"}, "total": {"N": "17"}}
KEY = {"id": {"S": "42"}}


def definition(service: str) -> dict[str, Any]:
    put = {"TableName": "orders", "Item": ITEM}
    get = {"TableName": "orders", "Key": KEY}
    return {
        "StartAt": "Put",
        "States": {
            "Put": {"Type": "Task", "Resource": f"arn:aws:states:::{service}:putItem", "Parameters": put, "Next": "Get"},
            "Get": {"Type": "Task", "Resource": f"arn:aws:states:::{service}:getItem", "Parameters": get, "End": True},
        },
    }


def seconds(work: Callable[[], object], runs: int) -> float:
    start = time.perf_counter()
    for _ in range(runs):
        work()
    return (time.perf_counter() - start) / runs


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()

    with SfnAws() as sfn_aws:
        client = sfn_aws.client("dynamodb")
        client.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

        def by_hand() -> Any:
            client.put_item(TableName="orders", Item=ITEM)
            return client.get_item(TableName="orders", Key=KEY)["Item"]

        works: dict[str, Callable[[], Any]] = {"by hand": by_hand}
        for service in ("dynamodb", "aws-sdk:dynamodb"):
            machine = sfn_aws.load(definition(service))
            works[service] = lambda machine=machine: machine.run({}).output["Item"]
        assert all(work() == ITEM for work in works.values())  # and all are warm now

        times: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(options.rounds):
            for name, work in works.items():
                times[name].append(seconds(work, options.runs))
        floor = statistics.median(times["by hand"])
        for name, measured in times.items():
            median = statistics.median(measured)
            print(f"{name:<18} {median * 1000:7.2f} ms   {median / floor:.2f}")


if __name__ == "__main__":
    main()
