"""From files to machines."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from pytest_sfn.asl import files
from pytest_sfn.errors import DefinitionError
from pytest_sfn.lint.find import Linter, files_below, lint_file, lint_files
from pytest_sfn.lint.linter import Settings
from pytest_sfn.lint.report import FORMATS
from pytest_sfn.lint.rules import chosen

BARE = '{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": ${Seconds}, "End": true}}}'
TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Order:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: {name}
      Type: EXPRESS
      DefinitionUri: order.asl.json
      DefinitionSubstitutions:
        Charge: {charge}
        Unused: x
"""
ORDER = """\
{
  "StartAt": "Charge",
  "States": {
    "Charge": {"Type": "Task", "Resource": "${Charge}", "Next": "Wait"},
    "Wait": {"Type": "Wait", "Seconds": 400, "Next": "Tell"},
    "Tell": {
      "Type": "Task", "Resource": "arn:aws:states:::sns:publish",
      "Parameters": {"TopicArn": "${Topic}", "Message": "m"}, "End": true
    }
  }
}
"""


@pytest.fixture
def sam(tmp_path, monkeypatch):
    """Writes a SAM template with its definition; gives the template's path."""
    monkeypatch.chdir(tmp_path)

    def sam(name="order", charge="arn:aws:lambda:us-east-1:123456789012:function:charge", definition=ORDER):
        tmp_path.joinpath("order.asl.json").write_text(definition, encoding="utf-8")
        path = tmp_path / "template.yaml"
        path.write_text(TEMPLATE.format(name=name, charge=charge), encoding="utf-8")
        return path

    return sam


def told(linted):
    return [(str(each.location), each.code, each.rule.name) for machine in linted for each in machine.problems]


@pytest.mark.parametrize(
    ("text", "place", "name"),
    [
        ("", "bad.asl.json:1:1", "unreadable"),
        ("not a definition", "bad.asl.json:1:1", "unreadable"),
        ("[]", "bad.asl.json:1:1", "schema"),
        ('{"StartAt": "A",\n "States": {,}}', "bad.asl.json:2:13", "unreadable"),
        ('{"StartAt": "A",\n "StartAt": "B", "States": {}}', "bad.asl.json:2:2", "duplicate-key"),
    ],
)
def test_what_cannot_be_read_has_a_place(tmp_path, monkeypatch, text, place, name):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "bad.asl.json"
    path.write_text(text, encoding="utf-8")

    (linted,) = lint_file(path)

    assert (str(linted.problems[0].location), linted.problems[0].rule.name) == (place, name)


def test_a_placeholder_outside_of_quotes_is_no_fault(tmp_path):
    path = tmp_path / "wait.asl.json"
    path.write_text(BARE, encoding="utf-8")

    (linted,) = lint_file(path)
    assert linted.problems == []
    (linted,) = lint_file(path, Settings(chosen(["all"])))
    assert [each.rule.name for each in linted.problems] == ["missing-substitution"]


def test_a_machine_of_a_template_has_its_type_and_substitutions(sam):
    linted = lint_file(sam())

    assert [each.machine for each in linted] == ["Order"]
    assert told(linted) == [
        ("order.asl.json:5:41", "SFN705", "wait-too-long"),
        ("template.yaml:12:9", "SFN407", "unused-substitution"),
        ("order.asl.json:8:35", "SFN406", "unresolved-substitution"),
    ]


REFERENCE = """\
Transform: [AWS::Serverless-2016-10-31]
Resources:
  Order:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionSubstitutions: {Charge: !Ref Wait}
      Definition:
        StartAt: A
        States: {A: {Type: Pass, Result: REFERENCE , End: true}}
  ChargeFunction: {Type: AWS::Serverless::Function}
  Table: {Type: AWS::DynamoDB::Table}
Parameters: {Wait: {Type: String}}
"""
LINT_REFERENCES = [
    ("!GetAtt ChargeFuncton.Arn", "", "SFN117 resource 'ChargeFuncton'; did you mean 'ChargeFunction'?"),
    ("!GetAtt [Charge, Arn]", "", "SFN117 resource 'Charge'"),
    ("!Ref Nothing", "", "SFN117 parameter or resource 'Nothing'"),
    ('!Sub "a ${AWS::Regoin}"', "", "SFN117 parameter or resource 'AWS::Regoin'; did you mean 'AWS::Region'?"),
    ('!Sub "${Tabel.Arn}"', "", "SFN117 resource 'Tabel'; did you mean 'Table'?"),
    ("!GetAtt Table.arm", "", "SFN408 an AWS::DynamoDB::Table has no attribute 'arm'; did you mean 'Arn'?"),
    ("!GetAtt Table.Whatever", "", ""),
    # what SAM, macros and loops make
    ("!GetAtt ChargeFunctionRole.Arn", "", ""),
    ("!Ref ChargeFunctionAliaslive", "", ""),
    ("!Ref ChargeFunctions", "", "SFN117 parameter or resource 'ChargeFunctions'; did you mean 'ChargeFunction'?"),
    ("!Ref ServerlessRestApi", "", ""),
    ("!Ref Nothing", "Mine", ""),
    ("!Ref Tabel", "Mine", "SFN408 parameter or resource 'Tabel'; did you mean 'Table'?"),
    ("!Ref Nothing", "Mine, {Name: AWS::Include}", ""),
    ("!Ref Nothing", "AWS::LanguageExtensions", "SFN117 parameter or resource 'Nothing'"),
]  # fmt: skip


@pytest.mark.parametrize(("reference", "transforms", "expected"), LINT_REFERENCES)
def test_references_to_what_is_not_there(tmp_path, monkeypatch, reference, transforms, expected):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "template.yaml"
    text = REFERENCE.replace("REFERENCE", reference).replace("-31]", f"-31, {transforms}]")
    path.write_text(text, encoding="utf-8")

    (linted,) = lint_file(path)

    shown = [f"{each.code} {each.message.removeprefix('the template has no ')}" for each in linted.problems]
    assert shown == ([expected] if expected else [])


def test_a_loop_may_make_any_resource(tmp_path):
    path = tmp_path / "template.yaml"
    loop = "  Fn::ForEach::Tables: [Name, [A, B], {'Table${Name}': {Type: AWS::DynamoDB::Table}}]\n  Table:"
    path.write_text(REFERENCE.replace("REFERENCE", "!Ref Nothing").replace("  Table:", loop), encoding="utf-8")

    assert told(lint_file(path)) == []


def test_references_are_shown_where_they_stand(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = REFERENCE.replace("Charge: !Ref Wait", "Charge: !Ref Wiat").replace("REFERENCE", '!Sub "of ${Nothing}"')
    path = tmp_path / "template.yaml"
    path.write_text(text, encoding="utf-8")

    assert told(lint_file(path)) == [
        ("template.yaml:6:41", "SFN117", "unknown-reference"),
        ("template.yaml:9:51", "SFN117", "unknown-reference"),
    ]


def test_terraform_names_what_its_folder_does_not_have(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "main.tf"
    state = '{"Type": "Pass", "Result": ["${aws_sns_topic.al.arn}", "${local.x}", "${var.stag}", "${module.m.z}"], "End": true}'
    path.write_text(
        '# not aws_sns_topic.al.arn\nresource "aws_sns_topic" "all" {}\nvariable "stage" {}\n'
        'resource "aws_sfn_state_machine" "order" {\n  definition = <<EOF\n'
        f'{{"StartAt": "A", "States": {{"A":\n{state}}}}}\nEOF\n}}\n',
        encoding="utf-8",
    )

    (linted,) = lint_file(path)

    assert [f"{each.location} {each.code} {each.message}" for each in linted.problems] == [
        "main.tf:7:32 SFN117 the folder has no resource 'aws_sns_topic.al'; did you mean 'aws_sns_topic.all'?",
        "main.tf:7:59 SFN117 the folder has no local value 'local.x'",
        "main.tf:7:73 SFN117 the folder has no variable 'var.stag'; did you mean 'var.stage'?",
        "main.tf:7:88 SFN117 no file of the folder calls a module 'm'",
    ]


def test_a_definition_that_a_template_names_is_linted_once(sam):
    template = sam()

    linted = lint_files(files_below(template.parent))

    assert [(each.file.name, each.machine) for each in linted] == [("template.yaml", "Order")]


def test_a_definition_that_a_template_names_in_vain(sam):
    template = sam()
    template.parent.joinpath("order.asl.json").unlink()

    assert told(lint_file(template)) == [("template.yaml:9:7", "SFN116", "definition-not-found")]


def test_a_definition_in_s3_is_not_looked_at(sam):
    template = sam()
    text = template.read_text(encoding="utf-8").replace("order.asl.json", "s3://bucket/order.asl.json")
    template.write_text(text, encoding="utf-8")
    template.parent.joinpath("order.asl.json").unlink()

    assert told(lint_file(template)) == [("template.yaml:9:7", "SFN002", "not-looked-at")]


@pytest.mark.parametrize(("name", "fault"), [("a" * 80, False), ("a" * 81, True), ('"a b"', True)])
def test_the_name_of_a_machine(sam, name, fault):
    assert ("SFN707" in [code for _, code, _ in told(lint_file(sam(name=name)))]) is fault


def test_what_is_no_template_holds_no_machine(tmp_path):
    path = tmp_path / "template.json"
    path.write_text('{"anything": 1}', encoding="utf-8")

    assert lint_file(path) == []


def test_files_below_a_folder(tmp_path):
    names = ["a.asl.json", "b/c.asl.yaml", "b/template.yml", "b/other.json", ".git/d.asl.json", "node_modules/e.asl.json"]
    for name in names:
        tmp_path.joinpath(name).parent.mkdir(exist_ok=True)
        tmp_path.joinpath(name).touch()

    tmp_path.joinpath("gone.asl.json").symlink_to("nowhere")

    assert [path.relative_to(tmp_path).as_posix() for path in files_below(tmp_path)] == names[:3]


def test_a_path_is_relative_to_the_working_directory(sam):
    assert [(str(each.file), each.machine) for each in lint_file(Path(sam().name))] == [("template.yaml", "Order")]


def test_a_definition_that_only_a_deployment_knows_is_not_looked_at(sam):
    template = sam()
    text = template.read_text(encoding="utf-8").replace("DefinitionUri: order.asl.json", "DefinitionString: !ImportValue X")
    template.write_text(text, encoding="utf-8")

    assert told(lint_file(template)) == [("template.yaml:9:7", "SFN002", "not-looked-at")]


def test_a_file_that_is_no_text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("a.asl.json").write_bytes(b"{\xff}")

    assert told(lint_files(files_below(tmp_path))) == [("a.asl.json:1:2", "SFN101", "unreadable")]


def test_an_error_without_a_place_is_at_the_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "main.tf"
    path.write_text('\nresource "aws_sfn_state_machine" "a" {\n  definition = jsonencode({ A = 1e999 })\n}\n', encoding="utf-8")

    assert told(lint_file(path)) == [("main.tf:2:1", "SFN101", "unreadable")]


def test_what_needs_a_package_that_is_not_there_is_not_looked_at(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "hcl2", None)
    path = tmp_path / "main.tf"
    path.write_text('variable "a" {}\n', encoding="utf-8")

    (linted,) = lint_file(path)
    assert [(each.rule.name, each.message) for each in linted.problems] == [
        ("not-looked-at", "reading Terraform's files needs python-hcl2: pip install python-hcl2")
    ]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DefinitionError, match="not found"):
        lint_file(tmp_path / "no.asl.json")


def test_nesting_without_end(tmp_path):
    inner: object = {"Type": "Succeed"}
    for level in range(40):
        inner = {"Type": "Parallel", "Branches": [{"StartAt": f"S{level}", "States": {f"S{level}": inner}}], "End": True}
    path = tmp_path / "deep.asl.json"
    path.write_text(json.dumps({"StartAt": "A", "States": {"A": inner}}), encoding="utf-8")

    (linted,) = lint_file(path)
    assert {each.rule.name for each in linted.problems} == {"too-deeply-nested"}


def test_a_definition_that_a_module_of_terraform_is_given(tmp_path):
    path = tmp_path / "main.tf"
    path.write_text('variable "d" {}\nresource "aws_sfn_state_machine" "this" {\n  definition = var.d\n}\n', encoding="utf-8")

    (linted,) = lint_file(path)
    assert [each.rule.name for each in linted.problems] == ["not-looked-at"]


def test_a_mistake_in_a_module_of_terraform_is_told_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("bad.tf", 'resource "x" {\n'), ("main.tf", 'resource "aws_s3_bucket" "b" {}\n')):
        tmp_path.joinpath(name).write_text(text, encoding="utf-8")

    problems = [each for linted in lint_files(files_below(tmp_path)) for each in linted.problems]
    assert [(each.location.file, each.rule.name) for each in problems] == [("bad.tf", "unreadable")]


def test_a_link_that_leads_out_is_not_read_unless_it_is_named(tmp_path, monkeypatch):
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    (tmp_path / "secret").write_text('{"StartAt": hush-hush', encoding="utf-8")
    link = project / "a.asl.json"
    link.symlink_to(tmp_path / "secret")

    (linted,) = Linter().files([link], found=[link])
    assert told([linted]) == [("a.asl.json:1:1", "SFN002", "not-looked-at")]
    assert "hush" not in FORMATS["text"]([linted])
    assert told(Linter(allowed_folders=[tmp_path]).files([link], found=[link]))[0][1] == "SFN101"
    assert told(Linter().files([link]))[0][1] == "SFN101"


def test_one_file_that_cannot_be_read_is_a_problem_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.asl.json").write_text("version https://git-lfs.github.com/spec/v1\n", encoding="utf-8")
    (tmp_path / "b.asl.json").write_text(BARE, encoding="utf-8")
    os.mkfifo(tmp_path / "c.asl.json")
    (tmp_path / "d.asl.json").symlink_to("d.asl.json")
    paths = list(files_below(tmp_path))
    assert [path.name for path in paths] == ["a.asl.json", "b.asl.json"]
    assert told(Linter().files(paths, found=paths)) == [("a.asl.json:1:1", "SFN101", "unreadable")]
    with pytest.raises(DefinitionError, match="a pointer of Git LFS"):
        Linter().files(paths)


@pytest.fixture
def reads(monkeypatch):
    """Counts how often each file is read."""
    counted = Counter()

    def read(path, most=None, read_bytes=files.read_bytes):
        counted[Path(path).name] += 1
        return read_bytes(path)

    monkeypatch.setattr(files, "read_bytes", read)
    return counted


def test_a_definition_of_a_template_is_read_once(sam, reads):
    folder = sam().parent
    (folder / "a.asl.json").write_text(BARE, encoding="utf-8")
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "b.asl.json").write_text(BARE, encoding="utf-8")
    (folder / "package.json").write_text("{}", encoding="utf-8")
    lint_files(files_below(folder))
    assert reads == {"template.yaml": 1, "order.asl.json": 1, "a.asl.json": 1}


def test_a_folder_of_terraform_is_read_once(tmp_path, monkeypatch, reads):
    pytest.importorskip("hcl2")
    monkeypatch.chdir(tmp_path)
    machine = 'resource "aws_sfn_state_machine" "m%d" {\n  definition = jsonencode({ StartAt = "A", States = {} })\n}\n'
    for number in range(12):
        (tmp_path / f"m{number}.tf").write_text(machine % number, encoding="utf-8")
    assert len(lint_files(files_below(tmp_path))) == 12
    assert set(reads.values()) == {2}  # for itself, and with its folder


def test_progress(tmp_path):
    paths = [tmp_path / f"{number}.asl.json" for number in range(3)]
    for path in paths:
        path.write_text(BARE, encoding="utf-8")
    done = []
    Linter().files(paths, progress=done.append)
    assert done == [0, 1, 2]


@pytest.mark.parametrize(
    ("name", "text"),
    [("template.yaml", "Resources:\n  A: [\n"), ("serverless.yml", "service: x\nfunctions: [\n")],
)
def test_a_template_that_has_no_machine_is_not_parsed(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert lint_file(tmp_path / name) == []


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("pipe", "pipe is a device or pipe, and no file; name a file"),
        ("/dev/zero", "/dev/zero is no file of a project"),
        ("/", "/ is outside of the project"),
    ],
)
def test_code_that_is_not_read_is_told(tmp_path, monkeypatch, uri, why):
    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    path = tmp_path / "template.yaml"
    path.write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n"
        f"  F:\n    Type: AWS::Serverless::Function\n    Properties: {{CodeUri: {uri}, Handler: a.b, Runtime: python3.12}}\n"
        "  M:\n    Type: AWS::Serverless::StateMachine\n"
        "    Properties: {Role: r, Definition: {StartAt: A, States: {A: {Type: Succeed}}}}\n",
        encoding="utf-8",
    )

    (linted,) = lint_file(path)
    (problem,) = linted.problems
    assert (problem.rule.name, problem.location.line) == ("not-looked-at", 3)
    assert problem.message.startswith(f"The code of F is not read: {why}")


FRAGMENT = """\
Resources:
  Order:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Task, Resource: !GetAtt ChargeLambdaFunction.Arn, End: true}}}
"""
SERVICE = 'service: s\nfunctions: {charge: {handler: a.b}}\nresources: ["${file(parts/template.yml)}"]\n'


def test_an_included_fragment(tmp_path):
    (tmp_path / "parts").mkdir()
    part, whole = tmp_path / "parts" / "template.yml", tmp_path / "serverless.yml"
    part.write_text(FRAGMENT, encoding="utf-8")
    assert [each.code for each in lint_file(part)[0].problems] == ["SFN117"]
    whole.write_text(SERVICE, encoding="utf-8")
    assert [each.problems for each in lint_file(part)] == [[]]
    (linted,) = lint_files([part, whole])
    assert (linted.file, linted.machine, linted.definition, linted.problems) == (whole, "Order", part, [])
    part.write_text(FRAGMENT.replace("End: true", "Ende: true"), encoding="utf-8")
    (linted,) = lint_files([part, whole])
    assert {str(each.location.file) for each in linted.problems} <= set(linted.texts)
    assert "parts" in str(linted.problems[0].location)


def test_mistakes_of_a_template_are_with_its_machines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    machine = "{Type: AWS::StepFunctions::StateMachine, Properties: {Nmae: x, DefinitionString: '%s'}}"
    state = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
    path = tmp_path / "template.yaml"
    path.write_text(
        f"Resources:\n  A: {machine % state}\n  B: {machine.replace('Nmae', 'StateMachineNam') % state}\n"
        "  Q: {Type: AWS::SQS::Queue, DependsOn: Nope}\n",
        encoding="utf-8",
    )

    first, second = lint_file(path)

    assert (first.machine, second.machine) == ("A", "B")
    assert told([first]) == [("template.yaml:4:41", "SFN117", "unknown-reference")]
    assert told([second]) == [("template.yaml:3:60", "SFN804", "unknown-property")]
    assert "template.yaml" in first.texts


def test_a_template_whose_machines_are_lost_by_a_mistake(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "template.yaml"
    path.write_text(
        "AWSTemplateFormatVersion: '2010-09-09'\nResource: {A: {Type: AWS::StepFunctions::StateMachine}}\n", encoding="utf-8"
    )

    assert told(lint_file(path)) == [
        ("template.yaml:1:1", "SFN801", "template-section"),
        ("template.yaml:2:1", "SFN801", "template-section"),
    ]
    path.write_text("Resources: {A: {Type: AWS::IAM::Role, Description: of a StateMachine}}\n", encoding="utf-8")
    assert lint_file(path) == []


WAIT = "StartAt: B\nStates:\n  A: {Type: Succeed, More: 1}\n  B:\n    Type: Wait\n    Seconds: ${self:custom.w}\n    Next: A\n"


def test_a_definition_that_serverless_includes_is_linted_there(tmp_path):
    whole, part = tmp_path / "serverless.yml", tmp_path / "flows" / "a.asl.yml"
    part.parent.mkdir()
    part.write_text(WAIT, encoding="utf-8")
    whole.write_text(
        "service: s\ncustom: {w: 3, name: a}\nstepFunctions:\n  stateMachines:\n    m:\n"
        "      definition: ${file(flows/${self:custom.name}.asl.yml)}\n    n: {definition: {StartAt: B}}\n",
        encoding="utf-8",
    )
    together, _ = lint_files([part, whole])
    assert (together.file, together.machine, together.definition) == (whole, "m", part)
    for linted in (lint_file(part), lint_files([part])):
        (alone,) = linted
        assert (alone.file, alone.machine, alone.problems) == (whole, "m", together.problems)
        assert [str(each.location).rpartition("a.asl.yml")[2] for each in alone.problems] == [":3:22"]
    whole.unlink()
    assert "SFN103" in {each.code for each in lint_file(part)[0].problems}


CALLED = 'variable "definition" {}\nresource "aws_sfn_state_machine" "this" {\n  definition = var.definition\n}\n'
ROOT = 'provider "aws" {}\nmodule "order" {\n  source     = "./modules/flow"\n  definition = %s\n}\n'


@pytest.mark.parametrize("name", ["a.json.tftpl", "a.asl.json"])
def test_a_definition_that_terraform_renders_is_linted_there(tmp_path, name):
    root, part = tmp_path / "main.tf", tmp_path / name
    root.write_text(
        f'resource "aws_sfn_state_machine" "m" {{\n  definition = templatefile("./{name}", {{names = ["A"]}})\n}}\n',
        encoding="utf-8",
    )
    states = '{"StartAt": "A", "States": {%{ for name in names }"${name}": {"Type": "Succeed", "More": 1}%{ endfor }}}'
    part.write_text(states, encoding="utf-8")
    (alone,) = lint_file(part)
    assert (alone.machine, {each.code for each in alone.problems}) == ("m", {"SFN103"})
    assert len(lint_files([root, part])) == 1


def test_a_module_that_a_root_of_the_run_calls_is_not_linted_alone(tmp_path):
    module = tmp_path / "modules" / "flow" / "main.tf"
    module.parent.mkdir(parents=True)
    module.write_text(CALLED, encoding="utf-8")
    (tmp_path / "package.json").touch()  # the project
    (tmp_path / "main.tf").write_text(ROOT % 'jsonencode({StartAt = "A", States = {A = {Type = "Succeed"}}})', encoding="utf-8")
    linted = lint_files(files_below(tmp_path))
    assert [(each.machine, each.problems) for each in linted] == [("module.order.this", [])]
    assert [each.machine for each in lint_files([module])] == ["this"]


def test_a_file_that_cannot_be_read_is_shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "serverless.yml").write_text(
        "service: s\nstepFunctions:\n  stateMachines:\n    m: {definition: '${file(f.yml)}'}\n", encoding="utf-8"
    )
    (tmp_path / "f.yml").write_text("StartAt: [A\nStates: 1\n", encoding="utf-8")
    (linted,) = lint_file(tmp_path / "serverless.yml")
    assert [each.location.file for each in linted.problems] == ["f.yml"]
    assert linted.texts["f.yml"].startswith("StartAt: [A")


def test_a_misspelt_substitution_is_told_at_both_ends(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("f.asl.json").write_text(
        '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${ExtractFnArn}", "End": true}}}', encoding="utf-8"
    )
    path = tmp_path / "template.yaml"
    path.write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Flow:\n    Type: AWS::Serverless::StateMachine\n"
        "    Properties:\n      DefinitionUri: f.asl.json\n      DefinitionSubstitutions: {ExtractFunctionArn: a}\n",
        encoding="utf-8",
    )

    assert {each.code: each.hint for each in lint_file(path)[0].problems} == {
        "SFN406": "did you mean ${ExtractFunctionArn}?",
        "SFN407": "did you mean ExtractFnArn?",
    }


def test_a_folder_above_that_may_not_be_listed(tmp_path, monkeypatch):
    (tmp_path / "package.json").touch()  # the project
    part = tmp_path / "flows" / "a.asl.json"
    part.parent.mkdir()
    part.write_text('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}', encoding="utf-8")
    iterdir = Path.iterdir

    def denied(folder):
        if folder == tmp_path:
            raise PermissionError(13, "Permission denied")
        return iterdir(folder)

    monkeypatch.setattr(Path, "iterdir", denied)
    assert [each.problems for each in lint_file(part)] == [[]]
