from __future__ import annotations

import pytest

from tests.templates.helpers import told


def of(value: str, more: str = "") -> str:
    return f"{more}Resources:\n  A: {{Type: AWS::SSM::Parameter, Properties: {{Type: String, Value: {value}}}}}"


FAULTS = [
    ("unknown-function", "!Subb x", "error unknown-function: CloudFormation has no function 'Fn::Subb'; did you mean 'Sub'?"),
    ("unknown-function", "!ref x", "error unknown-function: CloudFormation has no function 'Fn::ref'; did you mean 'Ref'?"),
    (
        "unknown-function",
        "{'Fn::Jion': ['', []]}",
        "error unknown-function: CloudFormation has no function 'Fn::Jion'; did you mean 'Join'?",
    ),
    ("unknown-function", "!Nonsense x", "warning unknown-function: CloudFormation has no function 'Fn::Nonsense'"),
    ("function-arguments", "!GetAtt A", "error function-arguments: Fn::GetAtt takes [resource, attribute]; correct it"),
    ("function-arguments", "!Join [a, b, c]", "error function-arguments: Fn::Join takes [delimiter, [values]]; correct it"),
    ("function-arguments", "!Join x", "error function-arguments: Fn::Join takes [delimiter, [values]]; correct it"),
    (
        "function-arguments",
        "!If [Is, a]",
        "error function-arguments: Fn::If takes [condition, value if true, value if false]; correct it",
    ),
    ("function-arguments", "!Ref [x]", "error function-arguments: Ref takes the name of a parameter or a resource; correct it"),
    (
        "unknown-condition",
        "!If [Iss, a, b]",
        "error unknown-condition: the template has no condition 'Iss'; did you mean 'Is'?",
    ),
    (
        "unknown-condition",
        "!If [Other, a, b]",
        "error unknown-condition: the template has no condition 'Other'; add it to Conditions",
    ),
    ("unknown-map", "!FindInMap [Sise, a, b]", "error unknown-map: the template has no map 'Sise'; did you mean 'Sizes'?"),
    (
        "unknown-map",
        "!FindInMap [Sizes, small, b]",
        "error unknown-map: the map 'Sizes' has no key 'small'; add it to Mappings",
    ),
    (
        "unknown-map",
        "!FindInMap [Sizes, large, nom]",
        "error unknown-map: the map 'Sizes' has no key 'nom'; did you mean 'num'?",
    ),
]
AROUND = "Conditions: {Is: !Equals [a, a]}\nMappings: {Sizes: {large: {num: 1}}}\n"


@pytest.mark.parametrize(("rule", "value", "expected"), FAULTS)
def test_what_is_wrong_is_told(rule: str, value: str, expected: str) -> None:
    (found,) = told(of(value, AROUND))

    place, _, what = found.partition(" ")
    assert place.startswith("4:")
    assert what == expected
    assert f" {rule}: " in expected


@pytest.mark.parametrize(
    "value",
    [
        "!If [Is, !Ref AWS::Region, !Ref AWS::NoValue]",
        "!FindInMap [Sizes, large, num]",
        "!FindInMap [Sizes, !Ref AWS::Region, num]",
        "!FindInMap [Sizes, small, num, {DefaultValue: 1}]",
        "!Select [0, !GetAZs '']",
        "!Sub ['${x}', {x: 1}]",
        "!Base64 x",
        "!Cidr [a, 1, 2]",
        "{'Fn::Transform': {Name: Mine}}",
        "{'Fn::Join': ['', !Split [',', x]]}",
    ],
)
def test_what_is_right_is_left_alone(value: str) -> None:
    assert told(of(value, AROUND)) == []


def test_conditions_of_resources_outputs_and_conditions() -> None:
    text = (
        "Conditions:\n  Is: !And [!Condition Has, !Condition Iss]\n  Has: !Equals [a, b]\n"
        "Resources:\n  A: {Type: AWS::SQS::Queue, Condition: IsProd}\n"
        "Outputs:\n  A: {Condition: Hass, Value: x}\n"
    )

    assert told(text) == [
        "2:29 error unknown-condition: the template has no condition 'Iss'; did you mean 'Is'?",
        "5:41 error unknown-condition: the template has no condition 'IsProd'; add it to Conditions",
        "7:18 error unknown-condition: the template has no condition 'Hass'; did you mean 'Has'?",
    ]
    assert told(text, parameters={"IsProd": True, "Iss": False, "Hass": False}) == []
    assert told(f"Transform: Mine\n{text}") == []


def test_values_of_maps_may_be_the_users() -> None:
    assert told(of("!FindInMap [Sizes, small, num]", AROUND), parameters={"Sizes.small.num": 2}) == []


def test_a_policy_has_conditions_of_its_own() -> None:
    policy = "{Statement: [{Effect: Allow, Condition: {StringEquals: {a: b}}}]}"

    assert told(f"Resources: {{A: {{Type: AWS::IAM::Policy, Properties: {{PolicyDocument: {policy}}}}}}}") == []


LOOPED = """\
Transform: AWS::LanguageExtensions
Mappings: {M: {a: {v: 1}}}
Conditions: {Isa: !Equals [a, a]}
Resources:
  T:
    Type: AWS::SNS::Topic
    Properties:
      Fn::ForEach::P: [K, [DisplayName], {'${K}': !If ['Is${K}', !FindInMap [M, '${K}', v], x]}]
      Tags:
        Fn::ForEach::T: [K, [a], [{Key: !Ref K, Value: !FindInMap [M, '${K}', v]}]]
Outputs:
  Fn::ForEach::O: [N, [a], {'O${N}': {Condition: 'Is${N}', Value: !If ['Is${N}', !FindInMap [M, '${N}', v], x]}}]
"""


def test_loops_have_names_of_their_own() -> None:
    assert told(LOOPED) == []
    assert told(f"{LOOPED}  O: {{Value: !FindInMap [M, c, v]}}\n") == [
        "13:29 error unknown-map: the map 'M' has no key 'c'; add it to Mappings"
    ]


@pytest.mark.parametrize(
    "section",
    [
        "Conditions: {Fn::ForEach::C: [E, [dev], {'Is${E}': !Equals [!Ref E, dev]}]}",
        "Conditions: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}}",
        "Mappings: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}}",
        "Parameters: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}}",
    ],
)
def test_a_section_may_get_names_from_elsewhere(section: str) -> None:
    resource = "{Type: AWS::SNS::Topic, Condition: Isdev, Properties: {DisplayName: !FindInMap [M, a, b], TopicName: !Ref P}}"

    assert told(f"{section}\nResources: {{T: {resource}}}") == []
