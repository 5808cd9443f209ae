"""serverless.yml: variables, where definitions are, and what they may name."""

from __future__ import annotations

import json
from textwrap import indent
from typing import Any

import pytest

from pytest_sfn.asl.source import find_text
from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.formats import find_machines, read_template
from tests.loaders.conftest import DONE

YML = """\
service: shop
provider:
  name: aws
  stage: ${opt:stage, 'test'}
  region: eu-west-1
custom:
  table: ${self:service}-${sls:stage}
  tables: {dev: small, test: medium}
  nested: ${self:custom.tables.${sls:stage}}
  limits: {seconds: 5}
  loop: ${self:custom.loop}
  other: ${file(other.yml)}
params:
  default: {color: red}
functions:
  hello: {handler: app.hello}
  send-email: {handler: app.send}
stepFunctions:
  activities: [paint]
  stateMachines:
    order:
      name: order-${sls:stage}
      type: EXPRESS
      definition:
        StartAt: A
        States:
          A:
            Type: Pass
            End: true
            Result:
              value: VALUE
resources:
  Resources:
    Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: '${self:custom.table}'}}
"""
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("${self:service}", "shop"),
        ("${self:custom.table}", "shop-test"),
        ("${self:custom.nested}", "medium"),
        ("${self:custom.limits}", {"seconds": 5}),
        ("${self:custom.limits.seconds}", 5),
        ("${self:provider.region}", "eu-west-1"),
        ("${self:provider.memory, 128}", 128),
        ("${self:custom.no, self:service}", "shop"),
        ('${opt:color, "blue"}', "blue"),
        ("${opt:flag, true}", True),
        ("${param:color}", "red"),
        ("${aws:accountId}", "123456789012"),
        ("${file(other.yml):a.0}", "from file"),
        ("${self:custom.other.b}", "shop"),
        ("${file(text.txt)}", "plain text"),
        ("a-${self:service}-${opt:x, 'y'}", "a-shop-y"),
        ("{Ref: Table}", "shop-test"),
        ("{Fn::GetAtt: [hello, Arn]}", f"{LAMBDA}:shop-test-hello"),
        ("{Fn::GetAtt: [SendDashemailLambdaFunction, Arn]}", f"{LAMBDA}:shop-test-send-email"),
        ("!Ref PaintStepFunctionsActivity", "arn:aws:states:us-east-1:123456789012:activity:paint"),
        ("!Ref OrderDashtest", "arn:aws:states:us-east-1:123456789012:stateMachine:order-test"),
        ("!Sub '${AWS::Region}-${Table}'", "us-east-1-shop-test"),
        ("${env:HOME}", "${env:HOME}"),
        ("${self:custom.loop}", "${self:custom.loop}"),
        ("${file(none.yml)}", None),
    ],
)  # fmt: skip
def test_variables(write: Any, expression: str, expected: Any) -> None:
    other = {"other.yml": "a: [from file]\nb: ${self:service}\n", "text.txt": "plain text"}
    (found,) = find_machines(write({"serverless.yml": YML.replace("VALUE", expression), **other}))
    value = found.source.value["States"]["A"]["Result"]["value"]
    if expected is None:
        assert value.startswith("${file")
        assert found.unresolved == [value[2:-1]]
    else:
        assert value == expected


def test_names_and_places(machine: Any) -> None:
    found = machine({"serverless.yml": YML})
    assert (found.logical_id, found.name, found.type, found.format) == ("order", "order-test", "EXPRESS", "Serverless")
    assert found.other_names == ("order-test", "OrderDashtest")
    assert str(found.source.locate("/States/A")) == "serverless.yml:27:11"
    assert found.template.function_names == {
        "shop-test-hello": ("HelloLambdaFunction", "hello"),
        "shop-test-send-email": ("SendDashemailLambdaFunction", "send-email"),
    }
    assert machine({"serverless.yml": YML}, parameters={"opt:stage": "prod"}).name == "order-prod"


HEAD = "service: shop\nstepFunctions:\n  stateMachines:\n"


FLOW = "StartAt: A\nStates: {A: {Type: Succeed}}\n"


def below(key: str, text: str) -> str:
    return f"{key}:\n" + indent(text, "  ")


@pytest.mark.parametrize(
    ("stepfunctions", "files", "where"),
    [
        ("    a:\n      definition: ${file(a.asl.yml)}\n", {"a.asl.yml": FLOW}, "a.asl.yml:1:1"),
        ("    a:\n      definition: ${file(a.yml):m.x}\n", {"a.yml": below("m", below("x", FLOW))}, "a.yml:3:5"),
        ("    a: ${file(a.yml)}\n", {"a.yml": below("definition", FLOW)}, "a.yml:2:3"),
        ("    - a: {definition: '${self:custom.def}'}\n", {}, "serverless.yml:6:9"),
        ("    - ${file(a.yml)}\n", {"a.yml": below("a", below("definition", FLOW))}, "a.yml:3:5"),
        ("    a:\n      definition: |\n        " + DONE + "\n", {}, "serverless.yml:6:10"),
    ],
)
def test_definitions_elsewhere(machine: Any, stepfunctions: str, files: dict[str, str], where: str) -> None:
    custom = "custom:\n  def: {StartAt: A, States: {A: {Type: Succeed}}}\n"
    found = machine({"serverless.yml": HEAD + stepfunctions + custom, **files})
    assert found.logical_id == "a"
    assert str(found.source.locate("/StartAt")) == where


@pytest.mark.parametrize(
    ("definition", "message", "hint"),
    [
        ("${file(A.asl.yml)}", "definition: there is no file 'A.asl.yml'", "did you mean a.asl.yml? It differs in upper and"),
        (
            "${file(a.js)}",
            "definition: ${file(a.js)} is not known here: a program makes it, and none is run",
            "load the definition itself",
        ),
        (
            "${file(a.asl.yml):y}",
            "definition: ${file(a.asl.yml):y} is not known here: a.asl.yml has no 'y'",
            "load the definition",
        ),
        ("${file(${self:service}/A.yml)}", "there is no file 'shop/A.yml'", ""),
        (
            "${opt:definition}",
            "definition: ${opt:definition} is not known here",
            "fix  pass parameters={'opt:definition': ...}, or load the definition itself",
        ),
        ("5", "A definition is an object, and this is of the type number", ""),
    ],
)
def test_refused(machine: Any, definition: str, message: str, hint: str) -> None:
    found = machine({"serverless.yml": HEAD + f"    a:\n      definition: {definition}\n", "a.asl.yml": "x: 1", "a.js": ""})
    with pytest.raises(DefinitionError) as caught:
        _ = found.source
    assert caught.value.diagnostics[0].location is not None
    assert message in str(caught.value)
    assert hint in str(caught.value)


def test_variables_without_end(write: Any) -> None:
    custom = "".join(f"  c{level}: ${{self:custom.c{level + 1}}}${{self:custom.c{level + 1}}}\n" for level in range(40))
    path = write({"serverless.yml": YML.replace("VALUE", "${self:custom.c0}").replace("custom:\n", f"custom:\n{custom}")})
    with pytest.raises(DefinitionError, match="takes more than 50,000 steps"):
        _ = find_machines(path)[0].source


def test_logging(machine: Any) -> None:
    logged = {"level": "ERROR", "includeExecutionData": True, "destinations": ["arn:aws:logs:eu-west-1:1:log-group:g:*"]}
    config = f"loggingConfig: {json.dumps(logged)}\n"
    assert machine(
        {"serverless.yml": HEAD + indent(below("m", config + "definition:\n" + indent(FLOW, "  ")), "    ")}
    ).logging == {
        **logged,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": logged["destinations"][0]}}],  # type: ignore[index]
    }
    assert machine({"serverless.yml": HEAD + indent(below("m", "definition:\n" + indent(FLOW, "  ")), "    ")}).logging is None


def test_references_of_the_plugin_for_pseudo_parameters(machine: Any) -> None:
    resource = "arn:aws:lambda:#{AWS::Region}:#{AWS::AccountId}:function:#{TwoLambdaFunction}"
    body = f"""\
        service: shop
        provider: {{name: aws}}
        functions: {{two: {{handler: a.b, name: custom}}}}
        stepFunctions:
          stateMachines:
            order:
              definition:
                Comment: 'see #{{Nothing}}, #{{AWS::Nothing}}, #{{TwoLambdaFunction.Arn}}'
                StartAt: A
                States: {{A: {{Type: Task, Resource: '{resource}', End: true}}}}
        """
    found = machine({"serverless.yml": body}, parameters={"AWS::Region": "eu-west-1"}).source.value
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:custom"
    assert found["States"]["A"]["Resource"] == arn
    assert found["Comment"] == f"see #{{Nothing}}, #{{AWS::Nothing}}, {arn}"


def test_functions_in_files_of_their_own(write: Any) -> None:
    text = """\
        service: shop
        provider: {name: aws, runtime: python3.12, environment: {A: '${ssm:/a}', B: b}}
        functions:
          - two: ${file(two.yml)}
          - ${file(more.yml)}
        stepFunctions:
          stateMachines:
            order:
              definition: {StartAt: A, States: {A: {Type: Task, Resource: !GetAtt two.Arn, End: true}}}
        """
    files = {
        "serverless.yml": text,
        "two.yml": "name: custom\nhandler: a.b\nenvironment: {B: '${opt:b}', C: '#{AWS::Region}'}\n",
        "more.yml": "three: {handler: c.d, environment: {A: a}}\n",
    }
    template = read_template(*find_text(write(files)))
    assert template is not None
    two, three = template.functions
    assert (two.name, two.handler, three.name) == ("custom", "a.b", "shop-dev-three")
    assert template.machines[0].source.value["States"]["A"]["Resource"].endswith(":function:custom")
    assert two.environment == {"A": "${ssm:/a}", "B": "${opt:b}", "C": "us-east-1"}
    assert [(each.name, each.why, str(each.location)) for each in two.unknown] == [
        ("A", "${ssm:/a} is not known here: it is read from AWS while the service is deployed", "serverless.yml:2:58"),
        ("B", "${opt:b} is not known here: it is an option of the command", "two.yml:3:15"),
    ]  # fmt: skip
    assert three.unknown == ()


VERSION_4 = """\
service: shop
params:
  default: {color: red, shape: round}
  dev:
    shape: ${file(${self:custom.folder}/${sls:stage}.yml):shape}
stages:
  default: {params: {wait: 30, color: blue}}
  dev: {params: {wait: 5}}
custom:
  folder: config
  deep: ${file(./config/${self:custom.name, 'dev'}.yml)}
  flag: 'true'
  sizes: {dev: small}
stepFunctions:
  stateMachines:
    order:
      definition:
        StartAt: A
        States:
          A:
            Type: Pass
            Result: VALUE
            End: true
"""


@pytest.mark.parametrize(
    ("expression", "stage", "expected"),
    [
        ("${param:wait}", "dev", 5),
        ("${param:wait}", "prod", 30),
        ("${param:color}", "dev", "blue"),
        ("${param:shape}", "dev", "square"),
        ("${param:shape}", "prod", "round"),
        ("${self:custom.deep.limits.seconds}", "dev", 7),
        ("${strToBool(${self:custom.flag})}", "dev", True),
        ("${strToBool(0)}", "dev", False),
        ("${self:custom.sizes.${sls:stage}}", "dev", "small"),
        (
            "${AWS::Region} ${self:custom.sizes.${sls:stage}} ${opt:gone} ${sls:stage}",
            "dev",
            "${AWS::Region} small ${opt:gone} dev",
        ),
    ],
)
def test_stages_and_variables_inside_of_variables(machine: Any, expression: str, stage: str, expected: Any) -> None:
    files = {
        "serverless.yml": VERSION_4.replace("VALUE", expression),
        "config/dev.yml": "shape: square\nlimits: {seconds: 7}\n",
    }
    found = machine(files, parameters={"opt:stage": stage})
    assert found.source.value["States"]["A"]["Result"] == expected


@pytest.mark.parametrize(
    ("variable", "why"),
    [
        ("${strToBool(maybe)}", ": strToBool takes true, false, 1 or 0"),
        ("${self:custom.gone}", ": serverless.yml has no 'custom.gone'"),
        ("${env:HOME}", ": the environment is not read"),
        ("${cf:stack.Output}", ": another stack has it"),
        ("${cf(us-west-2):stack.Output}", ": another stack has it"),
        ("${param:gone}", ": no stage gives it"),
        ("${file(config/dev.yml):gone}", ": config/dev.yml has no 'gone'"),
        ("${file(config/dve.yml):gone}", ": there is no file 'config/dve.yml'; did you mean 'config/dev.yml'?"),
        ("${file(config.js):x}", ": a program makes it, and none is run"),
    ],
)
def test_why_a_variable_is_not_known(machine: Any, variable: str, why: str) -> None:
    files = {"serverless.yml": VERSION_4.replace("VALUE", f'"a {variable}"'), "config/dev.yml": "shape: square\n"}
    (note,) = machine(files).source.notes
    assert f"({variable} is not known here{why})" in note


def test_properties_in_a_file_of_their_own(machine: Any) -> None:
    text = (
        "service: s\nstepFunctions: {}\nresources:\n  Resources:\n    Order:\n      Type: AWS::StepFunctions::StateMachine\n"
        "      Properties: ${file(machine.yml):properties}\n"
    )
    files = {
        "serverless.yml": text,
        "machine.yml": "properties:\n  StateMachineName: named-${sls:stage}\n  Definition:\n    Stat: A\n",
    }
    found = machine(files)
    assert (found.name, str(found.source.locate("/Stat"))) == ("named-dev", "machine.yml:4:5")


def test_a_placeholder_of_an_inline_definition_has_its_line(machine: Any) -> None:
    text = """\
service: s
stepFunctions:
  stateMachines:
    Order:
      definition:
        StartAt: A
        States:
          A: {Type: Pass, Result: "${Unknown::Thing}", End: true}
"""
    (note,) = machine({"serverless.yml": text}).source.notes

    assert note == "serverless.yml:8:35: no substitution for ${Unknown::Thing}; left as written"
