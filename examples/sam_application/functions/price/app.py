"""Prices an order, in cents."""

import os

from discount import discounted

VAT = int(os.environ["VAT_PERCENT"])


def handler(event, context):
    net = sum(line["quantity"] * line["cents"] for line in event["lines"])
    assert net > 0, "an order costs something"
    return {"total": discounted(net) * (100 + VAT) // 100}
