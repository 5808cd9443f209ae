"""Error names that a function's code has as a message only."""

from __future__ import annotations

import os

import pytest

from pytest_sfn.lint.find import lint_file
from pytest_sfn.lint.handlers import Code
from pytest_sfn.loaders.functions import FunctionResource

HANDLERS = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Charge:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.12, Handler: app.handler, CodeUri: charge}
  Order:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: A
        States:
          A:
            Type: Task
            Resource: !GetAtt Charge.Arn
            Catch: [{ErrorEquals: [PaymentFailed], Next: B}]
            Next: B
          B: {Type: Succeed}
"""


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def handler(event, context):\n    raise Exception('PaymentFailed')", True),
        ("class PaymentFailed(Exception): pass\ndef handler(event, context):\n    raise PaymentFailed('PaymentFailed')", False),
        ("from errors import PaymentFailed\ndef handler(event, context):\n    raise Exception('PaymentFailed')", False),
        ("def handler(event, context):\n    raise Exception('no PaymentFailed')", False),
        ("def handler(event, context)", False),
    ],
)
def test_a_name_that_a_handler_has_as_a_message_only(tmp_path, code, found):
    tmp_path.joinpath("charge").mkdir()
    tmp_path.joinpath("charge/app.py").write_text(code, encoding="utf-8")
    template = tmp_path / "template.yaml"
    template.write_text(HANDLERS, encoding="utf-8")

    (linted,) = lint_file(template)
    assert [(each.rule.name, each.pointer) for each in linted.problems] == (
        [("message-as-error", "/States/A/Catch[0]/ErrorEquals[0]")] if found else []
    )


@pytest.mark.parametrize(
    "code",
    [
        "x = " + "-" * 100_000 + "1",
        "x = " + "(" * 5_000 + ")" * 5_000,
        "x = " + "[" * 90 + "]" * 90,
        "x = " + "1+" * 20_000 + "1",
        "x = a" + ".b" * 20_000,
        "x = " + "9" * 10_000,
        "x = 1\0",
        "x = '\\d'",  # a warning of Python's
        "\ufeffx = 1",
        "if x:\n" + "".join(f"{' ' * level}if x:\n" for level in range(1, 200)),
        "# -*- coding: no-such-coding -*-\n",
    ],
)
def test_code_that_python_cannot_read_is_none(tmp_path, code):
    tmp_path.joinpath("charge").mkdir()
    tmp_path.joinpath("charge/app.py").write_text(code, encoding="utf-8")
    tmp_path.joinpath("charge/other.py").write_text("raise Exception('PaymentFailed')", encoding="utf-8")
    template = tmp_path / "template.yaml"
    template.write_text(HANDLERS, encoding="utf-8")
    (linted,) = lint_file(template)
    assert [each.rule.name for each in linted.problems] == ["message-as-error"]


def resource(tmp_path, **properties):
    return FunctionResource(logical_id="F", name="F", arn="arn", code=tmp_path, **properties)


RAISES = "raise Exception('PaymentFailed')"


def test_what_is_not_read(tmp_path):
    project = tmp_path / "project"
    for name in ("node_modules/a", ".hidden", "src", "circle"):
        project.joinpath(name).mkdir(parents=True)
    for name in ("node_modules/a/x.py", ".hidden/x.py"):
        project.joinpath(name).write_text(RAISES, encoding="utf-8")
    tmp_path.joinpath("outside.py").write_text(RAISES, encoding="utf-8")
    project.joinpath("src/link.py").symlink_to(tmp_path / "outside.py")
    project.joinpath("circle/again").symlink_to(project)
    project.joinpath("src/large.py").write_text(RAISES + " " * 1_000_000, encoding="utf-8")
    project.joinpath("src/latin.py").write_bytes(b"x = '\xe9'\n" + RAISES.encode())
    os.mkfifo(project / "src/pipe.py")
    assert Code().messages(resource(project)) == {}
    assert Code([tmp_path]).messages(resource(project)) == {"PaymentFailed": "Exception"}


def test_a_folder_is_read_once(tmp_path):
    tmp_path.joinpath("app.py").write_text(RAISES, encoding="utf-8")
    code = Code()
    first = code.messages(resource(tmp_path))
    tmp_path.joinpath("app.py").unlink()
    assert code.messages(resource(tmp_path, other_names=("G",))) is first


def test_so_many_files_and_no_more(tmp_path):
    for number in range(201):
        tmp_path.joinpath(f"a{number:03}.py").write_text("", encoding="utf-8")
    folder = tmp_path / "b"
    folder.mkdir()
    folder.joinpath("app.py").write_text(RAISES, encoding="utf-8")
    assert Code().messages(resource(tmp_path)) == {}


def test_code_in_the_template(tmp_path):
    assert Code().messages(resource(None, code_text=RAISES)) == {"PaymentFailed": "Exception"}
    assert Code().messages(resource(None)) == {}
