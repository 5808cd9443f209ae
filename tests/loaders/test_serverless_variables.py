"""The Framework's variables: nested, through files, with their types and places."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.asl.source import find_text
from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.formats import find_machines, read_template
from pytest_sfn.loaders.serverless_variables import variables_in

SERVICE = """\
service: shop
params:
  default: {limit: 5, color: red}
  dev: {other: 3}
provider:
  name: aws
  runtime: python3.12
  stage: ${opt:stage, 'dev'}
  environment: ${file(config/${sls:stage}.yml):environment}
custom:
  stages: {dev: {wait: 60, table: t-dev, on: 'true'}, prod: {wait: 90, table: t-prod, on: '0'}}
  stage: ${self:custom.stages.${self:provider.stage}}
  settings: ${file(config/${sls:stage}.yml)}
  again: ${self:custom.settings}
  empty:
  function: {Fn::GetAtt: [charge, Arn]}
  pattern: a-${AWS::Region}
  list: [{name: first}, {name: second}]
  number: 1
functions:
  charge:
    handler: app.charge
    timeout: ${self:custom.stages.${sls:stage}.wait}
stepFunctions: ${file(flows.yml)}
resources:
  Resources:
    Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: "${self:custom.stages.${sls:stage}.table}-q"}}
"""
FLOWS = """\
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
FILES = {
    "serverless.yml": SERVICE,
    "config/dev.yml": """\
retries: 4
environment: {TABLE: "${self:custom.stage.table}", RETRIES: "${self:custom.again.retries}"}
""",
    "config/prod.yml": "retries: 8\nenvironment: {TABLE: t}\nnested: ${self:service}\n",
    "text.txt": "a text",
}
ARN = "arn:aws:lambda:us-east-1:123456789012:function:shop-dev-charge"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("${self:custom.stages.${sls:stage}.wait}", 60),
        ("${self:custom.stage.wait}", 60),
        ("'a-${self:custom.stages.${sls:stage}.table}-b'", "a-t-dev-b"),
        ("${self:custom.again.retries}", 4),
        ("'${self:custom.settings.retries}${self:custom.list.${self:custom.number}.name}'", "4second"),
        ("${file(config/${opt:other, self:provider.stage}.yml):retries}", 4),
        ("'${file(./config/prod.yml):nested}'", "shop"),
        ("${file(text.txt)}", "a text"),
        ("${file(gone.yml), file(config/prod.yml):retries}", 8),
        ("${param:other, 9}", 3),
        ("${param:limit}", 5),
        ("${param:gone, param:color}", "red"),
        ("${self:custom.empty, 'none'}", "none"),
        ("${opt:a, null}", None),
        ("${opt:a, ''}", ""),
        ("${opt:a, '${self:service}, (x} y'}", "shop, (x} y"),
        ("${opt:a, ${self:custom.gone, ${self:service}}}", "shop"),
        ("${strToBool(${self:custom.stages.${sls:stage}.on})}", True),
        ("'${strToBool(0)}'", False),
        ("'x ${strToBool(true)}'", "x true"),
        ("${sls:instanceId}", "instance"),
        ("${self:custom.function}", ARN),
        ("${self:custom.list.0}", {"name": "first"}),
        ("!Sub '${self:custom.pattern}-${Queue.QueueName}-${opt:gone}'", "a-us-east-1-t-dev-q-${opt:gone}"),
        ("'${AWS::Region} ${Queue} ${size:x} \\${self:service}'", "${AWS::Region} ${Queue} ${size:x} \\${self:service}"),
        ("'${self:service} ${self:custom.stages'", "shop ${self:custom.stages"),
    ],
)  # fmt: skip
def test_values_in_an_included_file(machine: Any, expression: str, expected: Any) -> None:
    found = machine({**FILES, "flows.yml": FLOWS.replace("VALUE", expression)})
    assert found.source.value["States"]["A"]["Result"] == expected


@pytest.mark.parametrize(
    ("expression", "left", "why", "place"),
    [
        (
            "${self:custom.stgae.table, opt:x}",
            "${self:custom.stgae.table}",
            "known here: serverless.yml has no 'custom.stgae.table'; did you mean 'custom.stage.table'?",
            "flows.yml:8:19",
        ),
        (
            "'a-${self:custom.stages.${opt:x}, 1}'",
            "a-${opt:x}",
            "${opt:x} is not known here: it is an option of the command",
            "flows.yml:8:43",
        ),
        (
            "'a-${file(config/${opt:s, 'dve'}.yml):retries}'",
            "a-${file(config/dve.yml):retries}",
            "there is no file 'config/dve.yml'; did you mean 'config/dev.yml'?",
            "flows.yml:8:22",
        ),
        ("'${slef:service}'", "${slef:service}", "there is no source 'slef'; did you mean 'self'?", "flows.yml:8:20"),
        ("${self:custom.empty}", "${self:custom.empty}", "its value is null", "flows.yml:8:19"),
        ("'${opt:x, dev}'", "${opt:x}", "it is an option of the command", "flows.yml:8:20"),
        ("'a ${self:custom.list}'", "a ${self:custom.list}", "it is of the type array, and there is", "flows.yml:8:22"),
        ("${sls:stages}", "${sls:stages}", "there is no 'sls:stages'; did you mean 'stage'?", "flows.yml:8:19"),
    ],
)  # fmt: skip
def test_unknown_values_are_left_as_written(machine: Any, expression: str, left: str, why: str, place: str) -> None:
    found = machine({**FILES, "flows.yml": FLOWS.replace("VALUE", expression.replace("'dve'", "''dve''"))})
    assert found.source.value["States"]["A"]["Result"] == left
    (note,) = found.source.notes
    assert why in note
    assert note.startswith(f"{place}: state machine 'order': left as written: {left[left.index('$') :]} (")


@pytest.mark.parametrize(
    ("custom", "expected"),
    [
        ("{a: 'x${self:custom.b}', b: 'y${self:custom.a}'}", "self:custom.a -> self:custom.b -> self:custom.a"),
        ("{a: '${self:custom.b}', b: '${self:custom.a}'}", "self:custom.a -> self:custom.b -> self:custom.a"),
        ("{a: {b: '${self:custom}'}}", "self:custom -> self:custom"),
        ("{a: '${self:custom.a.b}'}", "self:custom.a.b -> self:custom.a.b"),
    ],
)
def test_circles(machine: Any, custom: str, expected: str) -> None:
    service = f"service: s\ncustom: {custom}\nstepFunctions: ${{file(flows.yml)}}\n"
    (note,) = machine({"serverless.yml": service, "flows.yml": FLOWS.replace("VALUE", "${self:custom.a}")}).source.notes
    assert f"refers to itself: {expected}" in note


def test_files_that_refer_to_values_around_them(machine: Any) -> None:
    service = SERVICE[: SERVICE.index("custom:")] + "custom: ${file(custom.yml)}\nstepFunctions: ${file(flows.yml)}\n"
    service = service.replace("${opt:stage, 'dev'}", "${opt:stage, self:custom.stage}")
    files = {"custom.yml": "stage: beta\nwaits: {beta: 3}\nwait: '${self:custom.waits.${self:provider.stage}}'\nall: [1]\n"}
    found = machine({**FILES, **files, "serverless.yml": service, "flows.yml": FLOWS.replace("VALUE", "${self:custom}")})
    result = found.source.value["States"]["A"]["Result"]
    assert result == {"stage": "beta", "waits": {"beta": 3}, "wait": 3, "all": [1]}
    assert not [each for each in found.template.refused if "itself" in each.why]


def test_parameters_give_values(machine: Any) -> None:
    files = {**FILES, "flows.yml": FLOWS.replace("VALUE", "['${ssm:/a}', '${self:custom.x.${sls:stage}}']")}
    found = machine(files, parameters={"ssm:/a": 1, "self:custom.x.prod": "x", "opt:stage": "prod"})
    assert found.source.value["States"]["A"]["Result"] == [1, "x"]


def test_functions_and_resources(write: Any) -> None:
    path = write({**FILES, "flows.yml": FLOWS})
    template = find_machines(path)[0].template
    (charge,) = template.functions
    assert (charge.timeout_seconds, charge.environment, charge.unknown) == (60, {"TABLE": "t-dev", "RETRIES": "4"}, ())
    assert template.resolved["Queue"][1].endswith(":t-dev-q")
    assert template.lost == []


def test_places_of_a_text_with_variables(machine: Any) -> None:
    flows = FLOWS[: FLOWS.index("definition:")] + (
        'definition: |\n      {\n        "StartAt": "${self:service}", "States": {"shop": {"Type": "Succeed"}}\n      }\n'
    )
    source = machine({**FILES, "flows.yml": flows}).source
    assert source.value["StartAt"] == "shop"
    assert str(source.locate("/States/shop")) == "flows.yml:5:50"


def test_places_of_values_that_are_elsewhere(machine: Any) -> None:
    service = SERVICE.replace("  number: 1\n", "  number: 1\n  task: {Type: Pass, End: !If [c, true, true], Next: B}\n")
    flows = FLOWS.replace("          Type: Pass\n          Result: VALUE\n          End: true\n", "          Comment: a\n")
    flows = flows.replace("        A:\n          Comment: a\n", "        A: ${self:custom.task}\n        B: {Type: Pass}\n")
    source = machine({**FILES, "serverless.yml": service, "flows.yml": flows}).source
    assert source.value["States"]["A"]["End"] is True
    assert str(source.locate("/States/B")) == "flows.yml:7:9"
    assert str(source.locate("/States/A/Next")) == "flows.yml:6:9"


def test_places_beside_a_text_with_a_condition(machine: Any) -> None:
    flows = FLOWS.replace("Result: VALUE", "Result: !Sub ['${a}-${self:custom.function}', {a: !If [c, x, y]}]")
    source = machine({**FILES, "flows.yml": flows}).source
    assert str(source.locate("/States/A/End")) == "flows.yml:9:11"


def test_parts_that_are_lost(write: Any) -> None:
    service = SERVICE[: SERVICE.index("resources:")] + "resources: ['${file(queue.yml)}', '${file(made.js)}']\n"
    path = write({**FILES, "serverless.yml": service, "flows.yml": FLOWS, "queues.yml": "Resources: {}"})
    template = read_template(*find_text(path))
    assert template is not None
    assert [(each.why, str(each.location), each.severity) for each in template.lost] == [
        (
            "${file(queue.yml)} is not known here: there is no file 'queue.yml'; did you mean 'queues.yml'?",
            "serverless.yml:25:14",
            "error",
        ),
        ("${file(made.js)} is not known here: a program makes it, and none is run", "serverless.yml:25:36", None),
    ]


def test_a_part_outside_of_the_project_stops_only_what_needs_it(machine: Any) -> None:
    service = SERVICE.replace("custom:\n", "custom:\n  out: ${file(../out.yml)}\n").replace(
        "  name: aws", "  layers: ${file(/o.yml)}"
    )
    found = machine({**FILES, "serverless.yml": service, "flows.yml": FLOWS})
    assert found.source.value["States"]["A"]["Result"] == "VALUE"
    needs = machine({**FILES, "serverless.yml": service, "flows.yml": FLOWS.replace("VALUE", "${self:custom.out.x}")})
    with pytest.raises(DefinitionError, match=r"flows.yml:8:11: FILE_REFUSED: .*out.yml is outside of the project"):
        _ = needs.source


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("${self:a}", [(0, 9, ("self:a",))]),
        ("x${opt:a , 'b, }'} ${file(a, b):c}", [(1, 18, ("opt:a", "'b, }'")), (19, 34, ("file(a, b):c",))]),
        ("${AWS::Region} ${Table.Arn} $${env:x}", [(29, 37, ("env:x",))]),
        ("${self:a.${self:b, 1}, 2}", [(0, 25, ("self:a.${self:b, 1}", "2"))]),
        ("${self:a(b} ${self:c}", [(0, 11, ("self:a(b",)), (12, 21, ("self:c",))]),
        ("${self:" * 200, []),
    ],
)
def test_variables_in(text: str, found: list[Any]) -> None:
    assert [tuple(each) for each in variables_in(text)] == found
