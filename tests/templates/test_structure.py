from __future__ import annotations

import pytest

from tests.templates.helpers import GOOD, SAM, told

FAULTS = [
    (
        "template-section",
        "Resource: {Queue: {Type: AWS::SQS::Queue}}\nAWSTemplateFormatVersion: '2010-09-09'",
        [
            "1:1 error template-section: a template has no section 'Resource'; did you mean 'Resources'?",
            "1:1 error template-section: the template has no Resources, so nothing is made of it; add one",
        ],
    ),
    (
        "template-section",
        f"Things: {{}}{GOOD}",
        [
            (
                "1:1 error template-section: a template has no section 'Things'; the sections are Resources, Parameters, "
                "Mappings, "
                "Conditions, Outputs, Rules, Metadata, Hooks, Globals, AWSTemplateFormatVersion, Description, Transform"
            )
        ],
    ),
    (
        "template-section",
        f"Outputs: []{GOOD}",
        ["1:1 error template-section: Outputs is an object with names; give it one, or remove it"],
    ),
    (
        "template-section",
        "Resources: {}",
        ["1:1 error template-section: the template has no Resources, so nothing is made of it; add one"],
    ),
    (
        "resource-member",
        "Resources:\n  A: {Type: AWS::SQS::Queue, DependOn: [], Propertys: {}}",
        [
            "2:30 error resource-member: a resource has no member 'DependOn'; did you mean 'DependsOn'?",
            "2:44 error resource-member: a resource has no member 'Propertys'; did you mean 'Properties'?",
        ],
    ),
    (
        "resource-member",
        "Resources:\n  A: {Type: AWS::SQS::Queue, QueueName: a, Description: d}",
        [
            (
                "2:30 warning resource-member: 'QueueName' is beside the Properties of the resource, and has no effect there; "
                "put it into Properties"
            )
        ],
    ),
    (
        "resource-member",
        "Resources:\n  A: AWS::SQS::Queue",
        ["2:3 error resource-member: the resource 'A' is no object; give it Type and Properties"],
    ),
    (
        "resource-member",
        "Resources:\n  A: {Properties: {}}",
        ["2:3 error resource-member: the resource 'A' has no Type; add one"],
    ),
    (
        "duplicate-key",
        "Resources:\n  A: {Type: AWS::SQS::Queue}\n  A: {Type: AWS::SNS::Topic}",
        [
            (
                '3:3 warning duplicate-key: The key "A" occurs twice, first in line 2, and CloudFormation takes the last; '
                "remove one of the two"
            )
        ],
    ),
    (
        "missing-transform",
        "Resources:\n  A: {Type: AWS::Serverless::SimpleTable}\n  B: {Type: AWS::Serverless::SimpleTable}",
        [
            (
                "2:3 warning missing-transform: AWS::Serverless::SimpleTable is SAM's, and the template has no such transform; "
                "add 'Transform: AWS::Serverless-2016-10-31' to the template"
            )
        ],
    ),
    (
        "missing-transform",
        "Resources:\n  A: {Type: AWS::SSM::Parameter, Properties: {Value: {'Fn::ToJsonString': {}}}}",
        [
            (
                "2:55 error missing-transform: Fn::ToJsonString is an extension, and the template has no such transform; "
                "add 'Transform: AWS::LanguageExtensions' to the template"
            )
        ],
    ),
]


@pytest.mark.parametrize(("rule", "text", "expected"), FAULTS)
def test_what_is_wrong_is_told_with_its_place(rule: str, text: str, expected: list[str]) -> None:
    assert told(text) == expected
    assert all(f" {rule}: " in each for each in expected)


@pytest.mark.parametrize(
    "text",
    [
        f"AWSTemplateFormatVersion: '2010-09-09'\nDescription: d\nMetadata: {{}}\nRules: {{}}\nHooks: {{}}{GOOD}",
        f"{SAM}Globals: {{Function: {{Timeout: 3}}}}\nResources: {{A: {{Type: AWS::Serverless::SimpleTable}}}}",
        "Resources: {A: {Type: AWS::CloudFormation::CustomResource, Version: '1.0', Properties: {ServiceToken: t}}}",
        "Resources: {A: {Type: AWS::SQS::Queue, DeletionPolicy: Retain, UpdateReplacePolicy: Retain, Description: d}}",
        (
            "Transform: AWS::LanguageExtensions\n"
            "Resources: {A: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: {'Fn::ToJsonString': {}}}}}"
        ),
        # what others may make of it
        "Transform: Mine\nThings: {}\nResources: {A: {Typ: x, More: y}}",
        "Transform: [{Name: AWS::Include, Parameters: {Location: x}}]\nAWSTemplateFormatVersion: x",
        "Resources: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: x}}}",
        (
            "Transform: AWS::LanguageExtensions\n"
            "Resources: {'Fn::ForEach::Queues': [Name, [A], {'${Name}': {Type: AWS::SQS::Queue}}]}"
        ),
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert told(text) == []
