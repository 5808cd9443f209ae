"""A definition is one in reports, whoever loads it, and from wherever."""

import json
import warnings

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.coverage.analysis import analyse
from pytest_sfn.coverage.identity import definition_in_file
from tests.coverage.taking import collecting
from tests.helpers import arn

FLOW = """\
{
  "StartAt": "Work",
  "States": {
    "Work": {
      "Type": "Task",
      "Resource": "${fn}",
      "Retry": [{"ErrorEquals": ["Busy"]}],
      "Next": "Done"
    },
    "Done": {"Type": "Succeed"}
  }
}
"""
TERRAFORM = """\
resource "aws_sfn_state_machine" "orders" {
  name       = "orders"
  role_arn   = "arn:aws:iam::123456789012:role/x"
  definition = CALL
}
"""
SERVERLESS = """\
service: shop
provider: {name: aws}
plugins: [serverless-step-functions]
stepFunctions:
  stateMachines:
    orders:
      definition: ${file(flow.asl.json)}
"""
SAM = f"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: ./flows/../flow.asl.json
      DefinitionSubstitutions: {{fn: {arn("f")}}}
"""
CDK = json.dumps(
    {
        "Resources": {
            "OrdersE5F3A1B2": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "RoleArn": "arn:aws:iam::123456789012:role/x",
                    "DefinitionS3Location": {"Bucket": "assets", "Key": "0123abcd.json"},
                    "DefinitionSubstitutions": {"fn": arn("f")},
                },
                "Metadata": {"aws:cdk:path": "Shop/Orders/Resource"},
            },
            "InlineF00DF00D": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "RoleArn": "arn:aws:iam::123456789012:role/x",
                    "DefinitionString": json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}),
                },
                "Metadata": {"aws:cdk:path": "Shop/Inline/Resource"},
            },
        }
    }
)
FILES = {
    "flow.asl.json": FLOW,
    "sam.yaml": SAM,
    "serverless.yml": SERVERLESS,
    "templatefile/main.tf": TERRAFORM.replace("CALL", f'templatefile("../flow.asl.json", {{ fn = "{arn("f")}" }})'),
    "file/main.tf": TERRAFORM.replace("CALL", 'file("${path.module}/../flow.asl.json")'),
    "cdk.out/Shop.template.json": CDK,
    "cdk.out/asset.0123abcd.json": FLOW,
}


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        tmp_path.joinpath(name).parent.mkdir(exist_ok=True)
        tmp_path.joinpath(name).write_text(text, encoding="utf-8")
    (tmp_path / "flows").mkdir()
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    return tmp_path


def measured(project, *loaded, untouched=()):
    """(title, states covered) of each definition in a report; each file is loaded and run."""
    with collecting(project) as collector, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for source in loaded:
            account = SfnMock()
            account.lambda_function("f").returns({})
            account.state("Work").returns({})
            name, _, logical_id = source.partition("#")
            path = project / name
            account.load(path, logical_id=logical_id or None, allowed_folders=[project]).run()
        collector.finish()
        data = collector.data()
    for name in untouched:
        data.add(definition_in_file(project / name, project))
    found = analyse(data, project)
    assert found.warnings == []
    return [(each.title, str(next(iter(each.figures.values())))) for each in found.definitions]


TEMPLATES = ["sam.yaml", "serverless.yml", "templatefile/main.tf", "file/main.tf"]


@pytest.mark.parametrize("folder", [".", "templatefile", "/"])
@pytest.mark.parametrize("template", [*TEMPLATES, "cdk.out/Shop.template.json#Orders"])
def test_a_template_s_file_is_that_file(project, template, folder, monkeypatch):
    monkeypatch.chdir(project / folder)  # names in messages are relative to it
    assert measured(project, template, untouched=["flow.asl.json"]) == [("flow.asl.json", "2/2")]


def test_all_templates_together_and_the_file_itself_are_one(project):
    (project / "link.asl.json").symlink_to("flow.asl.json")
    loaded = [*TEMPLATES, "flow.asl.json", "link.asl.json", "flows/../flow.asl.json", "cdk.out/Shop.template.json#Orders"]

    assert measured(project, *loaded, untouched=["flow.asl.json", "link.asl.json"]) == [("flow.asl.json", "2/2")]


def test_places_are_the_file_s(project):
    with collecting(project) as collector:
        account = SfnMock()
        account.lambda_function("f").returns({})
        account.load(project / "templatefile" / "main.tf", allowed_folders=[project]).run()
        collector.finish()
    (found,) = analyse(collector.data(), project).definitions

    assert [found.where(element) for element in found.elements] == [f"flow.asl.json:{line}" for line in (4, 7, 8, 10)]


@pytest.mark.parametrize("folder", [".", "templatefile", "/"])
def test_places_in_a_file_that_is_rendered_to_other_states(project, folder, monkeypatch):
    monkeypatch.chdir(project / folder)
    (project / "flow.asl.json").write_text(FLOW.replace('"Done"', '"Done ${stage}"'), encoding="utf-8")
    call = f'templatefile("../flow.asl.json", {{ fn = "{arn("f")}", stage = "test" }})'
    (project / "templatefile" / "main.tf").write_text(TERRAFORM.replace("CALL", call), encoding="utf-8")
    with collecting(project) as collector:
        account = SfnMock()
        account.lambda_function("f").returns({})
        account.load(project / "templatefile" / "main.tf", allowed_folders=[project]).run()
        collector.finish()
    (found,) = analyse(collector.data(), project).definitions

    assert [found.where(element) for element in found.elements] == [f"flow.asl.json:{line}" for line in (4, 7, 8, 10)]


def test_a_row_of_the_cdk_is_named_by_its_construct(project):
    loaded = ["cdk.out/Shop.template.json#Orders", "cdk.out/Shop.template.json#Inline"]

    assert measured(project, *loaded) == [("Shop/Inline", "1/1"), ("Shop/Orders", "2/2")]


def test_a_file_that_is_rendered_to_other_states_is_not_reported_beside_them(project):
    (project / "flow.asl.json").write_text(FLOW.replace('"Done"', '"Done ${stage}"'), encoding="utf-8")
    call = f'templatefile("../flow.asl.json", {{ fn = "{arn("f")}", stage = "test" }})'
    (project / "templatefile" / "main.tf").write_text(TERRAFORM.replace("CALL", call), encoding="utf-8")

    assert measured(project, "templatefile/main.tf", untouched=["flow.asl.json"]) == [("orders", "2/2")]


def test_files_of_equal_text_are_two(project):
    (project / "copy.asl.json").write_text(FLOW, encoding="utf-8")

    assert measured(project, "flow.asl.json", untouched=["copy.asl.json"]) == [
        ("copy.asl.json", "0/2"),
        ("flow.asl.json", "2/2"),
    ]
