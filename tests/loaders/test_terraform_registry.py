"""Modules of Terraform's registry that are known well."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.asl.source import find_text
from pytest_sfn.loaders import terraform_registry
from pytest_sfn.loaders.formats import find_machines, read_template
from pytest_sfn.loaders.terraform_registry import of_registry
from tests.loaders.conftest import Write

LAMBDA = 'source = "terraform-aws-modules/lambda/aws"'
MAIN = f"""
module "charge" {{
  {LAMBDA}
  function_name         = "charge-${{var.stage}}"
  handler               = "app.handler"
  runtime               = "python3.12"
  source_path           = "src/charge"
  environment_variables = {{ TABLE = module.table.dynamodb_table_id }}
}}
module "table" {{
  source = "terraform-aws-modules/dynamodb-table/aws"
  name   = "orders"
}}
module "flow" {{
  source                = "terraform-aws-modules/step-functions/aws"
  name                  = "flow"
  type                  = "express"
  logging_configuration = {{ level = "ALL", include_execution_data = true }}
  definition = jsonencode({{
    StartAt = "Charge"
    States  = {{ Charge = {{ Type = "Task", Resource = module.charge.lambda_function_arn, End = true }} }}
  }})
}}
variable "stage" {{ default = "dev" }}
"""
CODE = "import os\ndef handler(event, context):\n    return os.environ['TABLE']\n"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("terraform-aws-modules/lambda/aws", "lambda"),
        ("registry.terraform.io/terraform-aws-modules/step-functions/aws", "step-functions"),
        ("git::https://github.com/terraform-aws-modules/terraform-aws-sqs.git?ref=v4.0.1", "sqs"),
        ("git@github.com:terraform-aws-modules/terraform-aws-s3-bucket.git", "s3-bucket"),
        ("github.com/terraform-aws-modules/terraform-aws-dynamodb-table", "dynamodb-table"),
        ("terraform-aws-modules/lambda/aws//modules/alias", None),
        ("terraform-aws-modules/vpc/aws", None),
        ("mine/lambda/aws", None),
        ("./terraform-aws-modules/../lambda", None),
        ("git::https://github.com/terraform-aws-modules/terraform-aws-lambda?ref=feature/x", "lambda"),
        ("git::ssh://git@github.com/terraform-aws-modules/terraform-aws-lambda.git", "lambda"),
        ("git::https://github.com/acme/infra.git//terraform-aws-modules/lambda?ref=v1", None),
        ("git::https://github.com/acme/infra.git//terraform-aws-modules/terraform-aws-lambda", None),
        ("git::https://github.com//terraform-aws-modules/terraform-aws-lambda", None),
        ("git::ssh://git@gitlab.acme/terraform-aws-modules/lambda", None),
        ("git::ssh://git@gitlab.acme/terraform-aws-modules/terraform-aws-lambda", None),
        ("s3::https://s3.amazonaws.com/acme/terraform-aws-modules/lambda/aws", None),
        ("app.terraform.io/terraform-aws-modules/lambda/aws", None),
        ("../terraform-aws-modules/lambda/aws", None),
    ],
)
def test_sources(source: str, name: str | None) -> None:
    found = of_registry(source)
    assert (found.name if found else None) == (f"terraform-aws-modules/{name}/aws" if name else None)


@pytest.mark.parametrize(
    "file", sorted(Path(terraform_registry.__file__).with_name("registry").glob("*.tf")), ids=lambda p: p.stem
)
def test_all_outputs_of_each_are_known(file: Path, write: Write) -> None:
    outputs = re.findall(r'output "(\w+)"', file.read_text(encoding="utf-8"))
    values = ", ".join(f"{name} = module.it.{name}" for name in outputs)
    named = 'function_name = "n"\nname = "n"\nbucket = "n"\nbus_name = "n"\nlayer_name = "n"\n'
    more = "" if file.stem != "lambda" else f'module "layer" {{\n{LAMBDA}\nlayer_name = "n"\ncreate_layer = true\n}}\n'
    if more:
        values = values.replace("module.it.lambda_layer", "module.layer.lambda_layer")
    path = write({
        "main.tf": f'module "it" {{\nsource = "terraform-aws-modules/{file.stem}/aws"\n{named}}}\n{more}'
        f'resource "aws_sfn_state_machine" "m" {{\ndefinition = jsonencode({{ Comment = {{ {values} }} }})\n}}\n'
    })  # fmt: skip
    (found,) = find_machines(path)
    assert found.unresolved == []
    assert all(found.source.value["Comment"].values())


def test_a_flow_of_modules_runs_the_code_that_they_pack(write: Write) -> None:
    path = write({"main.tf": MAIN, "src/charge/app.py": CODE})
    with SfnMock() as sfn_mock:
        machine = sfn_mock.load(path, logical_id="module.flow")
        sfn_mock.use_handlers()
        assert (machine.name, machine.run({}).output) == ("flow", "orders")
        for name in ("module.charge", "charge", "charge-dev"):
            assert sfn_mock.lambda_function(name).call_count == 1
    (found,) = find_machines(path)
    assert (found.type, found.logging) == ("EXPRESS", {"level": "ALL", "includeExecutionData": True})


def functions(write: Write, text: str, **files: str) -> dict[str, Any]:
    template = read_template(*find_text(write({"main.tf": text, **{name.replace("__", "/"): files[name] for name in files}})))
    assert template is not None
    return {each.logical_id: each for each in template.functions}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ('"src/charge"', "src/charge"),
        ('"${path.module}/src/charge/app.py"', "src/charge"),
        ('["src/charge", "src/common"]', "src/charge"),
        ('[{ path = "src/charge", patterns = ["!tests"] }]', "src/charge"),
        ('{ path = "src/charge" }', "src/charge"),
        ("null", None),
    ],
)
def test_code(write: Write, path: str, code: str | None) -> None:
    files = write({"src/charge/app.py": CODE}).parent.parent.parent
    found = functions(write, f'module "charge" {{\n{LAMBDA}\nsource_path = {path}\n}}\n')["module.charge"]
    assert found.code == (files / code if code else None)
    assert found.location.line == 1
    assert (found.name, found.location.file) == ("charge", "main.tf")


def test_several_functions_and_a_layer(write: Write) -> None:
    write({"lib/x.py": ""})
    found = functions(
        write,
        f'module "fn" {{\n{LAMBDA}\nfor_each = toset(["a", "b"])\nfunction_name = "fn-${{each.key}}"\n'
        'layers = [module.libs.lambda_layer_arn]\n}\n'
        f'module "libs" {{\n{LAMBDA}\ncreate_layer = true\nlayer_name = "libs"\nsource_path = "lib"\n}}\n',
    )  # fmt: skip
    assert [(name, each.name) for name, each in found.items()] == [('module.fn["a"]', "fn-a"), ('module.fn["b"]', "fn-b")]
    assert [path.name for path in found['module.fn["a"]'].layers] == ["lib"]


def test_outputs_that_are_not_known_and_those_of_old_releases(write: Write) -> None:
    path = write({
        "main.tf": f'module "fn" {{\n{LAMBDA}\nfunction_name = "fn"\n}}\nresource "aws_sfn_state_machine" "m" {{\n'
        "definition = jsonencode({ Comment = [module.fn.lambda_function_url, module.fn.this_lambda_function_arn] })\n}\n"
    })  # fmt: skip
    (found,) = find_machines(path)
    assert found.source.value["Comment"] == [
        "${module.fn.lambda_function_url}",
        "arn:aws:lambda:us-east-1:123456789012:function:fn",
    ]
    (note,) = found.source.notes
    assert "(Terraform knows it only after `terraform apply`); pass parameters={'module.fn.lambda_function_url': ...}" in note


def test_another_module_that_takes_a_definition(write: Write) -> None:
    path = write({
        "main.tf": 'module "flow" {\n  source = "cloudposse/step-functions/aws"\n  definition = {\n'
        '    StartAt = "A"\n    States = { A = { Type = "Succed" } }\n  }\n}\n'
    })  # fmt: skip
    (found,) = find_machines(path)
    assert (found.logical_id, found.name, found.source.value["StartAt"]) == ("module.flow", "flow", "A")
    assert str(found.source.locate("/States/A/Type", value=True)) == "main.tf:5:29"


def test_a_local_module_around_one_of_the_registry(write: Write) -> None:
    path = write({
        "modules/flow/main.tf": 'variable "charge" {}\nmodule "sm" {\n  source = "terraform-aws-modules/step-functions/aws"\n'
        '  name = "sm"\n  definition = jsonencode({ Comment = var.charge })\n}\n'
        'output "arn" { value = module.sm.state_machine_arn }\n',
        "main.tf": f'module "charge" {{\n  {LAMBDA}\n  function_name = "charge-fn"\n}}\nmodule "flow" {{\n'
        '  source = "./modules/flow"\n  charge = module.charge.lambda_function_arn\n}\nprovider "aws" {}\n',
        "pyproject.toml": "",
    })  # fmt: skip
    for file, logical_id in ((path.parents[2] / "main.tf", "module.flow.module.sm"), (path, "module.sm")):
        (found,) = find_machines(file)
        assert (found.logical_id, found.name) == (logical_id, "sm")
        assert found.source.value["Comment"].endswith(":function:charge-fn")
