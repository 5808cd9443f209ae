"""Takes the items of an order out of the stock: all of them, or none."""

import os

import boto3
from shop.errors import OutOfStock

TABLE = os.environ["STOCK_TABLE"]
dynamodb = boto3.client("dynamodb")


def handler(event, context):
    lines = event["lines"]
    try:
        dynamodb.transact_write_items(TransactItems=[{"Update": taking(line["sku"], line["quantity"])} for line in lines])
    except dynamodb.exceptions.TransactionCanceledException as error:
        reasons = error.response["CancellationReasons"]
        missing = [line["sku"] for line, reason in zip(lines, reasons, strict=True) if reason["Code"] != "None"]
        raise OutOfStock(", ".join(missing)) from None
    return {"reserved": len(lines)}


def taking(sku, quantity):
    return {
        "TableName": TABLE,
        "Key": {"sku": {"S": sku}},
        "UpdateExpression": "SET quantity = quantity - :n",
        "ConditionExpression": "quantity >= :n",
        "ExpressionAttributeValues": {":n": {"N": str(quantity)}},
    }
