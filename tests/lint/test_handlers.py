"""Error names that a function's code has as a message only."""

from __future__ import annotations

import pytest

from pytest_sfn.lint.find import lint_file

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
