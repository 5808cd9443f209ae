"""Lambda functions in Terraform's modules."""

from __future__ import annotations

from typing import Any

from pytest_sfn import SfnMock
from pytest_sfn.asl.source import find_text
from pytest_sfn.loaders.formats import read_template
from tests.loaders.conftest import Write

FUNCTION = """
    variable "name" {}
    variable "code" {}
    resource "aws_lambda_function" "this" {
      function_name = "${var.name}-fn"
      handler       = "app.handler"
      runtime       = "python3.12"
      filename      = var.code
    }
    output "arn" { value = aws_lambda_function.this.arn }
    """
HANDLER = "def handler(event, context):\n    return {name!r}\n"


def functions(write: Write, files: dict[str, str]) -> dict[str, Any]:
    path = write(files)
    template = read_template(*find_text(path))
    assert template is not None
    return {each.logical_id: each for each in template.functions}


def machine(arn: str) -> str:
    return f"""
    resource "aws_sfn_state_machine" "order" {{
      definition = jsonencode({{ StartAt = "A", States = {{ A = {{ Type = "Task", Resource = {arn}, End = true }} }} }})
    }}
    """


def test_use_handlers_runs_functions_of_modules(write: Write) -> None:
    path = write({
        "main.tf": """
            data "archive_file" "code" {
              for_each    = toset(["charge", "refund"])
              type        = "zip"
              source_dir  = "${path.module}/src/${each.key}"
              output_path = "${path.module}/build/${each.key}.zip"
            }
            module "fn" {
              source   = "./modules/fn"
              for_each = data.archive_file.code
              name     = each.key
              code     = each.value.output_path
            }
            """
        + machine('module.fn["refund"].arn'),
        "modules/fn/main.tf": FUNCTION,
        "src/charge/app.py": HANDLER.format(name="charged"),
        "src/refund/app.py": HANDLER.format(name="refunded"),
    })  # fmt: skip
    with SfnMock() as sfn_mock:
        order = sfn_mock.load(path)
        sfn_mock.use_handlers()
        assert order.run({}).output == "refunded"
        assert sfn_mock.lambda_function('module.fn["refund"].this').call_count == 1
        sfn_mock.lambda_function("refund-fn").returns("mocked")
        assert order.run({}).output == "mocked"


def test_names_and_archives_of_each_call(write: Write) -> None:
    found = functions(write, {
        "main.tf": 'module "a" {\n  source = "./fn"\n  name = "a"\n  code = "./build/a.zip"\n}\n'
        'module "b" {\n  source = "./fn"\n  count = 2\n  name = "b${count.index}"\n'
        "  code = data.archive_file.b.output_path\n}\n"
        'data "archive_file" "a" {\n  source_file = "a/app.py"\n  output_path = "build/a.zip"\n}\n'
        'data "archive_file" "b" {\n  source_dir = "b"\n  output_path = "${path.root}/build/b.zip"\n}\n',
        "fn/main.tf": FUNCTION, "a/app.py": "", "b/app.py": "",
    })  # fmt: skip
    assert {name: (each.name, each.code and each.code.name) for name, each in found.items()} == {
        "module.a.this": ("a-fn", "a"),
        "module.b[0].this": ("b0-fn", "b"),
        "module.b[1].this": ("b1-fn", "b"),
    }
    assert "module.b[0].aws_lambda_function.this" in found["module.b[0].this"].names


def test_functions_without_a_known_name_have_one_of_their_own(write: Write) -> None:
    body = 'variable "prefix" {}\nresource "aws_lambda_function" "this" { function_name = "${var.prefix}-fn" }\n'
    found = functions(write, {
        "main.tf": 'module "a" {\n  source = "./fn"\n  prefix = var.gone\n}\n'
        'module "b" {\n  source = "./fn"\n  prefix = var.gone\n  for_each = toset(["x", "y"])\n}\n'
        'resource "aws_lambda_function" "one" {\n  for_each = { "k 1" = 1 }\n}\n',
        "fn/main.tf": body,
    })  # fmt: skip
    assert [each.name for each in found.values()] == ["one-k-1", "a-this", "b-x-this", "b-y-this"]


def test_code_through_s3_and_code_in_the_configuration(write: Write) -> None:
    found = functions(write, {
        "main.tf": """
            data "archive_file" "zip" {
              source_dir  = "src"
              output_path = "x.zip"
            }
            resource "aws_s3_object" "code" {
              bucket = "b"
              key    = "fn.zip"
              source = data.archive_file.zip.output_path
            }
            data "archive_file" "inline" {
              output_path = "y.zip"
              source {
                content  = "def handler(e, c): pass"
                filename = "index.py"
              }
            }
            resource "aws_lambda_function" "s3" { s3_key = aws_s3_object.code.key }
            resource "aws_lambda_function" "inline" { filename = data.archive_file.inline.output_path }
            """,
        "src/app.py": "",
    })  # fmt: skip
    assert found["s3"].code is not None
    assert found["s3"].code.name == "src"
    assert (found["inline"].code, found["inline"].code_text) == (None, "def handler(e, c): pass")


def test_paths_that_are_not_known_mean_something_in_their_module_alone(write: Write) -> None:
    body = (
        'variable "src" {}\ndata "archive_file" "zip" {\n  source_dir = var.src\n  output_path = "${random_id.x.hex}.zip"\n}\n'
        'resource "aws_lambda_function" "this" { filename = data.archive_file.zip.output_path }\n'
    )
    found = functions(write, {
        "main.tf": "".join(f'module "{name}" {{\n  source = "./fn"\n  src = "{name}"\n}}\n' for name in "ab"),
        "fn/main.tf": body, "a/app.py": "", "b/app.py": "",
    })  # fmt: skip
    assert [each.code and each.code.name for each in found.values()] == ["a", "b"]


def test_layers(write: Write) -> None:
    (found,) = functions(write, {
        "main.tf": 'resource "aws_lambda_layer_version" "common" {\n  layer_name = "common"\n  filename = "layer"\n}\n'
        'resource "aws_lambda_function" "f" { layers = [aws_lambda_layer_version.common.arn, "arn:x:layer:y:2"] }\n',
        "layer/python/common.py": "",
    }).values()  # fmt: skip
    assert [each.name for each in found.layers] == ["layer"]
    assert found.other_layers == ("arn:x:layer:y:2",)


def test_code_outside_of_the_project_is_refused(write: Write) -> None:
    (found,) = functions(write, {
        "project/main.tf": 'module "f" {\n  source = "./fn"\n  name = "f"\n  code = "../secret"\n}\n',
        "project/fn/main.tf": FUNCTION, "project/pyproject.toml": "", "secret/app.py": "",
    }).values()  # fmt: skip
    assert found.code is None
    assert "outside of the project" in found.code_refused


def test_variables_without_a_value(write: Any) -> None:
    text = """\
        variable "secret" {}
        resource "aws_lambda_function" "f" {
          function_name = "f"
          environment {
            variables = { A = var.secret, B = "x-${var.secret}", C = "plain-${aws_lambda_function.f.function_name}" }
          }
        }
        """
    template = read_template(*find_text(write({"main.tf": text})))
    assert template is not None
    (function,) = template.functions
    assert [(each.name, each.why, str(each.location)) for each in function.unknown] == [
        ("A", "the variable 'secret' has no default", "main.tf:4:3"), ("B", "known only once it is applied", "main.tf:4:3"),
    ]  # fmt: skip


def test_layers_and_code_that_are_not_there(write: Write) -> None:
    layer = 'resource "aws_lambda_layer_version" "libs" {\n  layer_name = "libs"\n  filename = %s\n}\n'
    function = (
        'resource "aws_lambda_function" "fn" {\n  filename = "cod.zip"\n'
        "  layers = [aws_lambda_layer_version.libs.arn, aws_lambda_layer_version.lbs.arn]\n}\n"
    )
    archive = 'data "archive_file" "libs" {\n  source_dir = "lib"\n  output_path = "out/libs.zip"\n}\n'
    files = {"code.zip": "", "libs.zip": "", "libs/x.py": ""}
    for filename, more, why in (
        ('"lbs.zip"', "", "there is no file 'lbs.zip'; did you mean 'libs.zip'?"),
        ("data.archive_file.libs.output_path", archive, "there is no folder 'lib'; did you mean 'libs'?"),
    ):
        function_of_it = functions(write, {"main.tf": layer % filename + function + more, **files})["fn"]
        assert function_of_it.other_layers[0] == f"libs, since {why}"
        assert "did you mean 'aws_lambda_layer_version.libs'?" in function_of_it.other_layers[1]
        assert function_of_it.code_place == "cod.zip; did you mean 'code.zip'?"
