"""The Lambda functions of a template, as real handlers need them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn.asl.source import find_text
from pytest_sfn.errors import DefinitionError
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


def unknown_of(function: FunctionResource) -> list[tuple[str, str, str]]:
    return [(each.name, each.why, str(each.location)) for each in function.unknown]


VARIABLES = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {Table: {Type: String}, Known: {Type: String, Default: k}}
Globals:
  Function:
    Environment: {Variables: {SHARED: !Ref Table}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Environment:
        Variables:
          TABLE: !Sub '${Table}-x'
          KNOWN: !Ref Known
          ARN: !GetAtt Custom.Value
          PASSWORD: '{{resolve:ssm:/password}}'
          SHELL: ${HOME}
          ON: true
          NONE: !Ref AWS::NoValue
  Custom: {Type: Custom::Thing}
"""


def test_variables_without_a_value(write: Any) -> None:
    function = functions(write({"template.yaml": VARIABLES}))["Fn"]
    assert function.environment == {
        "SHARED": "${Table}", "TABLE": "${Table}-x", "KNOWN": "k", "ARN": "${Custom.Value}",
        "PASSWORD": "{{resolve:ssm:/password}}", "SHELL": "${HOME}", "ON": "true",
    }  # fmt: skip
    assert unknown_of(function) == [
        ("SHARED", "the parameter 'Table' has no default", "template.yaml:5:31"),
        ("TABLE", "the parameter 'Table' has no default", "template.yaml:12:11"),
        ("ARN", "what Custom.Value gives is known only once Custom::Thing is deployed", "template.yaml:14:11"),
        ("PASSWORD", "CloudFormation reads it while it deploys", "template.yaml:15:11"),
    ]
    assert unknown_of(functions(write({"template.yaml": VARIABLES}), Table="t", **{"Custom.Value": "v"})["Fn"])[:-1] == []


@pytest.mark.parametrize("environment", ["!Ref Other", "{Variables: !Ref Other}", "[1]", "{Variables: [1]}", "null"])
def test_environment_that_is_none(write: Any, environment: str) -> None:
    body = f"Resources:\n  Fn: {{Type: AWS::Lambda::Function, Properties: {{Environment: {environment}}}}}\n"
    assert functions(write({"template.yaml": body}))["Fn"].environment == {}


def test_environment_behind_a_condition(write: Any) -> None:
    body = """\
        Parameters: {Prod: {Type: String, Default: 'no'}}
        Conditions: {IsProd: !Equals [!Ref Prod, 'yes']}
        Resources:
          Fn:
            Type: AWS::Lambda::Function
            Properties:
              Environment: !If [IsProd, {Variables: {STAGE: prod}}, {Variables: {STAGE: test}}]
        """
    assert functions(write({"template.yaml": body}))["Fn"].environment == {"STAGE": "test"}
    assert functions(write({"template.yaml": body}), Prod="yes")["Fn"].environment == {"STAGE": "prod"}


# -- nested stacks -----------------------------------------------------------------------------------------------------

OUTER = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String, Default: dev}, Key: {Type: String}}
Resources:
  A:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: nested/inner.yaml, Parameters: {Level: !Sub 'a-${Stage}', Key: !Ref Key}}
  B:
    Type: AWS::Serverless::Application
    Properties: {Location: nested/inner.yaml, Parameters: {Level: b}}
  Far:
    Type: AWS::Serverless::Application
    Properties: {Location: {ApplicationId: 'arn:aws:serverlessrepo:x', SemanticVersion: 1.0.0}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: One
        States:
          One: {Type: Task, Resource: !GetAtt A.Outputs.Arn, Next: Two}
          Two: {Type: Task, Resource: !GetAtt B.Outputs.Arn, Next: Three}
          Three: {Type: Task, Resource: !GetAtt Far.Outputs.Arn, End: true}
"""
INNER = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {Level: {Type: String}, Key: {Type: String, Default: k}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: ../code
      Environment: {Variables: {LEVEL: !Ref Level, KEY: !Ref Key, STACK: !Ref AWS::StackName}}
  Child:
    Type: AWS::Serverless::StateMachine
    Properties: {Definition: {StartAt: P, States: {P: {Type: Pass, End: true}}}}
Outputs: {Arn: {Value: !GetAtt Fn.Arn}}
"""
NESTED = {"template.yaml": OUTER, "nested/inner.yaml": INNER, "code/app.py": ""}


def test_nested_stacks(write: Any, tmp_path: Path) -> None:
    template = read_template(*find_text(write(NESTED)))
    assert template is not None
    a, b = template.functions
    assert [(each.name, each.arn.rpartition(":")[2], each.code) for each in (a, b)] == [
        ("A-Fn", "A-Fn", tmp_path / "code"), ("B-Fn", "B-Fn", tmp_path / "code"),
    ]  # fmt: skip
    assert a.environment == {"LEVEL": "a-dev", "KEY": "${Key}", "STACK": "stack-A"}
    assert unknown_of(a) == [("KEY", "the parameter 'Key' has no default", "nested/inner.yaml:10:52")]
    assert b.environment == {"LEVEL": "b", "KEY": "k", "STACK": "stack-B"}
    assert template.ambiguous_names == {"Fn": ("A-Fn", "B-Fn")}
    assert template.function_names == {}
    (machine,) = template.machines
    resources = {name: state["Resource"] for name, state in machine.source.value["States"].items()}
    arn = "arn:aws:lambda:us-east-1:123456789012:function"
    assert resources == {"One": f"{arn}:A-Fn", "Two": f"{arn}:B-Fn", "Three": "${Far.Outputs.Arn}"}
    assert [each.name for each in template.every_machine] == ["Machine", "A-Child", "B-Child"]
    assert template.resolved["Child"] == ("stateMachine", "arn:aws:states:us-east-1:123456789012:stateMachine:A-Child")
    assert template.resolved["B.Child"][1].endswith(":B-Child")


def test_template_of_a_nested_stack_that_changes(write: Any, tmp_path: Path) -> None:
    template = read_template(*find_text(write(NESTED)))
    assert template is not None
    assert template.functions
    assert template.is_fresh()
    (tmp_path / "nested/inner.yaml").write_text("Resources: {}")
    assert not template.is_fresh()


def test_one_nested_function_is_asked_for_by_its_logical_id(write: Any) -> None:
    files = {**NESTED, "template.yaml": OUTER.replace("Location: nested/inner.yaml", "Location: nowhere.yaml")}
    template = read_template(*find_text(write(files)))
    assert template is not None
    assert template.function_names == {"A-Fn": ("Fn",)}
    assert template.ambiguous_names == {}


def test_values_of_the_user_in_a_nested_stack(write: Any) -> None:
    found = read_template(
        *find_text(write(NESTED)), parameters={"Key": "mine", "Level": "not passed on", "AWS::Region": "eu-west-1"}
    )
    assert found is not None
    assert found.functions[0].environment == {"LEVEL": "a-dev", "KEY": "mine", "STACK": "stack-A"}
    assert found.functions[1].environment["KEY"] == "k", "the stack gets no Key, so it has its own default"
    assert found.functions[0].arn.startswith("arn:aws:lambda:eu-west-1:")


def test_output_that_a_nested_stack_does_not_have(write: Any) -> None:
    files = {**NESTED, "template.yaml": OUTER.replace("A.Outputs.Arn", "A.Outputs.Arm")}
    template = read_template(*find_text(write(files)))
    assert template is not None
    note, far = template.machines[0].source.notes
    assert "${A.Outputs.Arm} (nested/inner.yaml has no output 'Arm'; did you mean 'Arn'?)" in note
    assert note.startswith("template.yaml:19:47: ")
    assert far.startswith("template.yaml:21:41: state machine 'Machine': left as written: ${Far.Outputs.Arn}")


def test_stack_that_has_itself_in_it(write: Any) -> None:
    body = "Resources:\n  Self: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./template.yaml}}\n"
    assert functions(write({"template.yaml": body})) == {}


def test_stacks_within_stacks(write: Any) -> None:
    definition = '{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "${A.Outputs.Arn}", "End": true}}}'
    files = {
        "template.yaml": "Resources:\n  A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: one.yaml}}\n"
        f"  M: {{Type: AWS::StepFunctions::StateMachine, Properties: {{DefinitionString: !Sub '{definition}'}}}}\n",
        "one.yaml": "Resources:\n  B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: two.yaml}}\n"
        "Outputs: {Arn: {Value: !GetAtt B.Outputs.Arn}}\n",
        "two.yaml": "Resources:\n  F: {Type: AWS::Lambda::Function, Properties: {Handler: a.b}}\n"
        "Outputs: {Arn: {Value: !GetAtt F.Arn}}\n",
    }
    template = read_template(*find_text(write(files)))
    assert template is not None
    assert [each.name for each in template.functions] == ["A-B-F"]
    assert template.machines[0].source.value["States"]["T"]["Resource"].endswith(":A-B-F")


def test_nested_stack_outside_of_the_project(write: Any, tmp_path: Path) -> None:
    body = "Resources:\n  A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ../../out.yaml}}\n"
    path = write({"project/app/template.yaml": body, "project/pyproject.toml": "", "out.yaml": "Resources: {}"})
    with pytest.raises(DefinitionError, match="outside of the project"):
        functions(path)


def stack_of_cdk(asset_metadata: bool) -> dict[str, str]:
    """What `cdk synth` writes of a stack with a nested one."""
    key, url = "1f2e.zip", "https://s3.us-east-1.amazonaws.com/cdk-assets/9a8b.json"
    about = {"aws:asset:path": "asset.1f2e", "aws:asset:property": "Code"} if asset_metadata else {}
    nested = {"aws:asset:path": "ShopFns1.nested.template.json", "aws:asset:property": "TemplateURL"} if asset_metadata else {}
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Code": {"S3Bucket": "cdk-assets", "S3Key": key}, "Handler": "app.handler", "Runtime": "python3.12"},
        "Metadata": {"aws:cdk:path": "Shop/Fns/Charge/Resource", **about},
    }
    stack = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": url},
        "Metadata": {"aws:cdk:path": "Shop/Fns.NestedStack/Fns.NestedStackResource", **nested},
    }
    files = {"1f2e": {"source": {"path": "asset.1f2e"}}, "9a8b": {"source": {"path": "ShopFns1.nested.template.json"}}}
    return {
        "Shop.template.json": json.dumps({"Resources": {"FnsNestedStack1": stack}}),
        "ShopFns1.nested.template.json": json.dumps({"Resources": {"Charge8A3B21C0": function}}),
        "Shop.assets.json": json.dumps({"version": "36.0.0", "files": files}),
        "asset.1f2e/app.py": "",
    }


@pytest.mark.parametrize("asset_metadata", [True, False])
def test_nested_stack_of_the_cdk(write: Any, tmp_path: Path, asset_metadata: bool) -> None:
    template = read_template(*find_text(write(stack_of_cdk(asset_metadata))))
    assert template is not None
    (function,) = template.functions
    assert (function.code, function.name) == (tmp_path / "asset.1f2e", "FnsNestedStack1-Charge8A3B21C0")
    assert template.function_names == {"FnsNestedStack1-Charge8A3B21C0": ("Charge8A3B21C0", "Charge")}


MISSPELT = """\
Resources:
  Common: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer/comon}}
  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: ., Layers: [!Ref Common, !Ref Comon, 'arn:x']}}
"""


def test_misspelt_layers(write: Any) -> None:
    missing = "there is no folder 'layer/comon'; did you mean 'layer/common'?"
    found = functions(write({"template.yaml": MISSPELT, "layer/common/a.py": ""}))
    assert found["F"].other_layers == (f"Common, since {missing}", "Comon; did you mean 'Common'?", "arn:x")
    text = SERVERLESS.replace("layers/utils", "layer/comon").replace("layers: [{", "layers: [{Ref: UtilLambdaLayer}, {")
    found = functions(write({"serverless.yml": text, "layer/common/a.py": ""}))
    missing = f"UtilsLambdaLayer, since {missing}"
    assert found["charge-card"].other_layers == ("${UtilLambdaLayer}; did you mean 'UtilsLambdaLayer'?", missing)
