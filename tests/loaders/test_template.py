"""Machines of a template: their substitutions, references, mistakes, and the resources around them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn.definition import load
from pytest_sfn.errors import DefinitionError, DefinitionWarning
from pytest_sfn.loaders.formats import find_machines
from tests.loaders.conftest import DONE, sam

LEFT = "state machine 'Order': left as written"


def way(parameter: str, substitution: str = "") -> str:
    return f"pass parameters={{{parameter!r}: ...}} or substitutions={{{(substitution or parameter)!r}: ...}}"


def refusal(machine: Any) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        _ = machine.source
    assert all(problem.location is not None for problem in caught.value.diagnostics)
    return str(caught.value).splitlines()


def test_key_that_stands_twice_matters_in_the_definition_only(machine: Any) -> None:
    inline = "Name: a\nName: b\nDefinition:\n  StartAt: A\n  States:\n    A: {Type: Succeed}\n"
    assert machine(sam(inline)).name == "b"
    assert refusal(machine(sam(inline + "    A: {Type: Pass}")))[0] == (
        "template.yaml:17:11: state 'A': DUPLICATE_KEY: The state name \"A\" occurs twice, first in line 16"
    )


def test_substitutions_that_are_not_known_not_used_not_passed(machine: Any) -> None:
    files = {
        "template.yaml": sam(
            "DefinitionUri: a.asl.json\nDefinitionSubstitutions: {Token: !Ref Secret, Nmae: x, Far: !Ref Secret}"
        ),
        "a.asl.json": '{"StartAt": "A", "Comment": "${Token} ${Name}", "States": {"A": {"Type": "Succeed"}}}',
    }
    found = machine(files)
    assert found.source.notes == (
        f"template.yaml:12:40: {LEFT}: ${{Token}} (the parameter 'Secret' has no default); {way('Secret', 'Token')}",
        "a.asl.json:1:39: no substitution for ${Name}; left as written",
        "a.asl.json: nothing to substitute for 'Nmae' (did you mean 'Name'?)",
    )
    assert found.unresolved == ["Token"]
    found = machine(files, parameters={"Secret": "s"}, substitutions={"Name": "n"})
    assert found.source.value["Comment"] == "s n"
    assert found.source.notes == ("a.asl.json: nothing to substitute for 'Nmae', 'Far'",)


def test_references_to_what_is_not_there(machine: Any) -> None:
    found = machine({
        "template.yaml": sam(
            "DefinitionUri: a.asl.json\n"
            "DefinitionSubstitutions:\n  Arn: !GetAtt F.Arn\n  Arm: !GetAtt Fn.Arm\n  Role: !Ref FnOther"
        ),
        "a.asl.json": '{"StartAt": "A", "Comment": "${Arn} ${Arm} ${Role}", "States": {"A": {"Type": "Succeed"}}}',
    })  # fmt: skip
    left, made = LEFT, "; a macro, an Fn::ForEach or a file that includes this one may make it"
    assert found.source.notes == (
        f"template.yaml:13:14: {left}: ${{Arn}} (the template has no resource 'F'); {way('F.Arn', 'Arn')}",
        f"template.yaml:14:14: {left}: ${{Arm}} (an AWS::Serverless::Function has no attribute 'Arm'; did you mean 'Arn'?)",
        f"template.yaml:15:15: {left}: ${{Role}} (the template has no parameter or resource 'FnOther'{made}); "
        + way("FnOther", "Role"),
    )


def test_text_that_is_meant_to_look_like_a_placeholder(machine: Any) -> None:
    text = '{"StartAt": "A", "Comment": "${!a}", "States": {"A": {"Type": "Pass", "Result": "${!b} ${c}", "End": true}}}'
    given = f"DefinitionString: !Sub ['{text}', {{c: 1}}]"
    assert machine({"template.yaml": sam(given)}).source.notes == ()
    (note,) = machine({"template.yaml": sam(f"{given}\nDefinitionSubstitutions: {{a: 1}}")}).source.notes
    assert "no substitution for ${b}" in note

    hcl = """\
resource "aws_sfn_state_machine" "Order" {
  name       = "Order"
  definition = DEFINITION
}
"""
    value = '{"StartAt": "A", "Comment": "$${a}", "States": {"A": {"Type": "Pass", "Result": "$${b}", "End": true}}}'
    ways = {
        f"<<EOT\n{value}\nEOT\n": {},
        'templatefile("a.tpl", {})': {"a.tpl": value},
        f"jsonencode({value})": {},
    }
    for definition, more in ways.items():
        assert machine({"main.tf": hcl.replace("DEFINITION", definition), **more}).source.notes == ()
    plain = machine({"main.tf": hcl.replace("DEFINITION", 'file("b.json")'), "b.json": value.replace("$$", "$")})
    assert "no substitution for ${a}" in plain.source.notes[0]  # it may be meant for templatefile


def test_bare_placeholder_without_a_value_names_its_parameter(machine: Any) -> None:
    files = {
        "template.yaml": sam("DefinitionUri: a.asl.json\nDefinitionSubstitutions: {Pause: !Ref Secret}"),
        "a.asl.json": '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${Pause}, "End": true}}}',
    }
    message = "${Pause} is outside of quotes and has no value, so this is not JSON; the parameter 'Secret' has no default"
    assert refusal(machine(files)) == [
        f"a.asl.json:1:62: state 'A': MISSING_SUBSTITUTION: {message}",
        '    1 | {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${Pause}, "End": true}}}',
        "      |                                                              ^",
        "  fix  pass parameters={'Secret': ...} or substitutions={'Pause': ...}",
    ]
    assert machine(files, parameters={"Secret": "30"}).source.value["States"]["A"]["Seconds"] == 30
    assert machine(files, loose=True).source.value["States"]["A"]["Seconds"] == "${Pause}"


def test_what_only_a_deployment_knows_is_told_once_where_it_is_used_with_the_way_out(write: Any) -> None:
    tasks = [
        "!GetAtt Custom.Arn",
        "!Sub '${Custom.Arn}'",
        "!ImportValue shared",
        "!GetAtt LoopA.Arn",
        "{'Fn::Transform': {Name: Macro}}",
        "!Nope [a]",
    ]
    states = [f"          S{number}: {{Type: Task, Resource: {task}, Next: Done}}" for number, task in enumerate(tasks)]
    lines = [
        "Resources:",
        "  Custom: {Type: 'Custom::Thing'}",
        "  Fn::ForEach::Loop: [X, [A], {'Loop${X}': {Type: AWS::Lambda::Function}}]",
        "  M:",
        "    Type: AWS::StepFunctions::StateMachine",
        "    Properties:",
        "      Definition:",
        "        StartAt: S0",
        "        States:",
        *states,
        "          Done: {Type: Succeed}",
    ]
    (found,) = find_machines(write({"template.yaml": "\n".join(lines)}))
    told = [note.partition(": state machine 'M': left as written: ")[::2] for note in found.source.notes]
    known, made = (
        "is known only once Custom::Thing is deployed",
        "a macro, an Fn::ForEach or a file that includes this one may make it",
    )
    assert told == [
        ("template.yaml:10:38", f"${{Custom.Arn}} (what Custom.Arn gives {known}); {way('Custom.Arn')}"),
        ("template.yaml:12:38", f"${{shared}} ('shared' is exported by another stack); {way('shared')}"),
        ("template.yaml:13:38", f"${{LoopA.Arn}} (the template has no resource 'LoopA'; {made}); {way('LoopA.Arn')}"),
        (
            "template.yaml:14:56",
            "${Transform} (the macro 'Macro' runs on AWS); pass substitutions={'Transform': ...}",
        ),
        ("template.yaml:15:44", "${Fn-Nope} (Fn::Nope is not evaluated); pass substitutions={'Fn-Nope': ...}"),
    ]


def test_a_condition_that_is_taken_for_true_is_told(machine: Any) -> None:
    text = sam("DefinitionString: !If [Prod, '" + DONE + "', x]") + "Conditions: {Prod: !Equals [!Ref Secret, x]}\n"
    (note,) = machine({"template.yaml": text}).source.notes
    assert note == (
        "template.yaml:11:30: state machine 'Order': it is not known whether the condition 'Prod' holds (the parameter "
        "'Secret' has no default), so it is taken for true; pass parameters={'Secret': ...}"
    )
    assert machine({"template.yaml": text}, parameters={"Secret": "x"}).source.notes == ()


@pytest.mark.parametrize(
    ("resources", "fix"),
    [
        ("  Fn::ForEach::Loop: [X, [A], {'M${X}': {Type: AWS::StepFunctions::StateMachine}}]", "get-template"),
        ("  Queue: {Type: AWS::SQS::Queue}", ""),
    ],
)
def test_machines_that_only_a_deployment_makes(write: Any, resources: str, fix: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load(write({"template.yaml": f"Resources:\n{resources}\n"}))
    assert "no state machine in this CloudFormation template" in str(caught.value)
    assert ("--template-stage Processed" in str(caught.value)) == bool(fix)


def test_a_substitution_in_the_place_of_a_function_is_the_value_itself(write: Any) -> None:
    text = (
        "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      Definition:\n"
        "        StartAt: A\n        States: {A: {Type: Wait, Seconds: !ImportValue Pause, End: true}}\n"
    )
    path = write({"template.yaml": text})
    for given in ({"parameters": {"Pause": 5}}, {"substitutions": {"Pause": 5}}):
        assert load(path, **given).definition["States"]["A"]["Seconds"] == 5
    with pytest.warns(DefinitionWarning) as told:  # one of the template, not one more of the number
        load(path)
    assert [str(each.message).partition(": ")[0] for each in told] == ["template.yaml:7:43"]


def test_a_mistake_in_one_machine_leaves_the_others(write: Any) -> None:
    other = "  Other:\n    Type: AWS::StepFunctions::StateMachine\n    Properties: {DefinitionString: '" + DONE + "'}\n"
    first, second = find_machines(write({"template.yaml": sam("DefinitionUri: nowhere.json") + other}))
    assert second.source.value == json.loads(DONE)
    refusal(first)


def test_resources_and_aliases(write: Any) -> None:
    (found,) = find_machines(write({"template.yaml": sam("DefinitionUri: a.json").replace(
        "Fn: {Type: AWS::Serverless::Function}",
        "Fn: {Type: AWS::Serverless::Function, Properties: {FunctionName: !Sub '${Env}-fn'}}\n  Queue: {Type: AWS::SQS::Queue}",
    )}))  # fmt: skip
    assert found.resolved == {
        "Fn": ("function", "arn:aws:lambda:us-east-1:123456789012:function:dev-fn"),
        "Queue": ("queue", "arn:aws:sqs:us-east-1:123456789012:Queue"),
        "Order": ("stateMachine", "arn:aws:states:us-east-1:123456789012:stateMachine:Order"),
    }
    assert found.template.function_names == {"dev-fn": ("Fn",)}


def to_group(arn: Any) -> list[Any]:
    return [{"CloudWatchLogsLogGroup": {"LogGroupArn": arn}}]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, None),
        (
            {"Level": "ALL", "Destinations": to_group("arn:x:*")},
            ("ALL", False, ["arn:x:*"]),
        ),
        ({"Level": "ERROR", "IncludeExecutionData": True}, ("ERROR", True, None)),
        ({"IncludeExecutionData": "true"}, ("OFF", True, None)),
        ({"Level": "ALL", "Destinations": to_group({"Ref": "Unknown"})}, None),
        ({"Level": {"Ref": "Unknown"}}, None),
    ],
)
def test_logging(machine: Any, given: Any, found: Any) -> None:
    properties = {"DefinitionString": DONE, **({"LoggingConfiguration": given} if given else {})}
    resources = {"Order": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}
    logging = machine({"template.json": json.dumps({"Resources": resources})}).logging
    arns = [each["cloudWatchLogsLogGroup"]["logGroupArn"] for each in (logging or {}).get("destinations", ())]
    assert (logging and (logging["level"], logging["includeExecutionData"], arns or None)) == found


@pytest.mark.parametrize(
    ("named", "message", "fix"),
    [
        ("defs\\a.asl.json", "there is no file 'defs\\\\a.asl.json'", "write 'defs/a.asl.json', which is the same on all"),
        ("defs", "'defs' is a folder", "name the file in it"),
    ],
)
def test_a_definitions_file_that_is_none(machine: Any, named: str, message: str, fix: str) -> None:
    found = machine({"template.yaml": sam(f"DefinitionUri: {named}"), "defs/a.asl.json": "{}"})
    with pytest.raises(DefinitionError) as caught:
        _ = found.source
    assert f"DefinitionUri: {message}" in str(caught.value)
    assert f"fix  {fix}" in str(caught.value)


def test_a_condition_that_the_template_has_not(machine: Any) -> None:
    text = sam("Definition:\n  StartAt: !If [Prd, A, B]\n  States: {A: {Type: Succeed}}")
    (note,) = machine(text + "Conditions: {Prod: !Equals [a, b]}\n").source.notes
    assert "(the template has no condition 'Prd'; did you mean 'Prod'?), so it is taken for true" in note


def test_a_substitution_that_is_an_object(machine: Any) -> None:
    text = sam(
        "DefinitionSubstitutions: {O: {a: 1}}\nDefinition:\n  StartAt: A\n"
        "  States: {A: {Type: Pass, Comment: '${O}', End: true}}"
    )
    (note,) = machine(text).source.notes
    assert "${O} (DefinitionSubstitutions takes text, numbers and booleans, and this is of the type object); pass" in note
