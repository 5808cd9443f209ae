"""The Lambda functions of a template, as real handlers need them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pytest_sfn.asl.source import find_text
from pytest_sfn.loaders.formats import read_template
from pytest_sfn.loaders.functions import FunctionResource


def functions(path: Path, **parameters: Any) -> dict[str, FunctionResource]:
    template = read_template(*find_text(path), parameters=parameters)
    assert template is not None
    return {function.logical_id: function for function in template.functions}


SAM = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.12
    Timeout: 7
    CodeUri: shared/
    Layers: [!Ref Common]
    Environment: {Variables: {LEVEL: info, STAGE: !Ref AWS::StackName}}
Resources:
  Order:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: order-fn
      CodeUri: src/order
      Handler: app.handler
      MemorySize: '512'
      Layers: ['arn:aws:lambda:us-east-1:1:layer:far:3']
      Environment: {Variables: {LEVEL: debug, TABLE: !Ref Table}}
  Shared: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}
  Inline: {Type: AWS::Serverless::Function, Properties: {InlineCode: 'def f(): pass', Handler: index.f}}
  Image: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, CodeUri: nowhere}}
  Common: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer}}
  Table: {Type: AWS::DynamoDB::Table}
"""


def test_sam(write: Any, tmp_path: Path) -> None:
    files = {"template.yaml": SAM, "src/order/app.py": "", "shared/a.py": "", "layer/python/common.py": ""}
    found = functions(write(files))
    order = found["Order"]
    assert (order.name, order.runtime, order.handler) == ("order-fn", "python3.12", "app.handler")
    assert order.arn == "arn:aws:lambda:us-east-1:123456789012:function:order-fn"
    assert (order.timeout_seconds, order.memory_mb, order.package_type) == (7, 512, "Zip")
    assert order.environment == {"LEVEL": "debug", "STAGE": "stack", "TABLE": "Table"}
    assert order.code == tmp_path / "src/order"
    assert order.layers == (tmp_path / "layer",)
    assert order.other_layers == ("arn:aws:lambda:us-east-1:1:layer:far:3",)
    assert str(order.location) == "template.yaml:10:3"
    assert order.names == ("Order", "order-fn")
    assert found["Shared"].code == tmp_path / "shared"
    assert (found["Inline"].code, found["Inline"].code_text) == (None, "def f(): pass")
    assert (found["Image"].package_type, found["Image"].code, found["Image"].code_place) == ("Image", None, "nowhere")


def test_cdk_assets(write: Any, tmp_path: Path) -> None:
    code = {"S3Bucket": "b", "S3Key": "abc.zip"}
    template = {
        "Resources": {
            "FnABC": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Code": code, "Handler": "index.handler", "Runtime": "python3.12"},
                "Metadata": {"aws:cdk:path": "Stack/Fn/Resource", "aws:asset:path": "asset.abc", "aws:asset:property": "Code"},
            },
            "Plain": {"Type": "AWS::Lambda::Function", "Properties": {"Code": code}},
            "Zip": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x = 1"}}},
            "Gone": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": "b", "S3Key": "gone.zip"}}},
        }
    }
    found = functions(write({"Stack.template.json": json.dumps(template), "asset.abc/index.py": ""}))
    assert found["FnABC"].code == found["Plain"].code == tmp_path / "asset.abc"
    assert found["FnABC"].names == ("FnABC", "Fn")
    assert found["Zip"].code_text == "x = 1"
    assert (found["Gone"].code, found["Gone"].code_place) == (None, '{"S3Bucket":"b","S3Key":"gone.zip"}')


SERVERLESS = """\
service: shop
provider: {name: aws, runtime: python3.11, environment: {LEVEL: info, STAGE: '${sls:stage}'}}
layers: {utils: {path: layers/utils}}
functions:
  charge-card:
    handler: src/app.handler
    environment: {TABLE: !Ref Table}
    layers: [{Ref: UtilsLambdaLayer}]
  named: {handler: a.b, name: own, timeout: 9, memorySize: 256}
  image: {image: some/image}
stepFunctions: {}
resources: {Resources: {Table: {Type: AWS::DynamoDB::Table}}}
"""


def test_serverless(write: Any, tmp_path: Path) -> None:
    found = functions(write({"serverless.yml": SERVERLESS, "layers/utils/a.py": ""}), stage="prod")
    charge = found["charge-card"]
    assert (charge.name, charge.runtime, charge.handler) == ("shop-prod-charge-card", "python3.11", "src/app.handler")
    assert charge.names == ("charge-card", "shop-prod-charge-card", "ChargeDashcardLambdaFunction")
    assert charge.environment == {"LEVEL": "info", "STAGE": "prod", "TABLE": "Table"}
    assert (charge.code, charge.layers) == (tmp_path, (tmp_path / "layers/utils",))
    assert (charge.timeout_seconds, charge.memory_mb) == (6, 1024)
    assert (found["named"].name, found["named"].timeout_seconds, found["named"].memory_mb) == ("own", 9, 256)
    assert (found["image"].package_type, found["image"].code) == ("Image", None)
    assert str(charge.location) == "serverless.yml:5:3"
