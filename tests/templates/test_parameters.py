from __future__ import annotations

from typing import Any

import pytest

from tests.templates.helpers import GOOD, told

FAULTS = [
    ("parameter", "{Default: x}", "3 error parameter: the parameter 'P' has no Type; add one: Type: String"),
    ("parameter", "{Type: Strin}", "3 error parameter: there is no type 'Strin' of parameters; did you mean 'String'?"),
    (
        "parameter",
        "{Type: String, Defualt: x}",
        "3 error parameter: a parameter has no member 'Defualt'; did you mean 'Default'?",
    ),
    (
        "parameter-value",
        "{Type: String, Default: prd, AllowedValues: [dev, prod]}",
        (
            "3 error parameter-value: the default 'prd' of the parameter 'P' is not one of AllowedValues: dev, prod; "
            "did you mean 'prod'?; give it another default"
        ),
    ),
]


@pytest.mark.parametrize(("rule", "declared", "expected"), FAULTS)
def test_what_is_wrong_is_told(rule: str, declared: str, expected: str) -> None:
    (found,) = told(f"Parameters:\n  # one\n  P: {declared}{GOOD}")

    line, _, rest = found.partition(":")
    assert f"{line}{rest[rest.index(' ') :]}" == expected
    assert f" {rule}: " in expected


VALUES = [
    ("{Type: Number, Default: 1}", "abc", "4", "'abc' of the parameter 'P' is not of its type, Number"),
    (
        "{Type: String, AllowedValues: [dev, 1, true]}",
        "test",
        "4",
        "'test' of the parameter 'P' is not one of AllowedValues: dev, 1, true",
    ),
    ("{Type: String, AllowedPattern: '[a-z]+'}", "a1", "4", "'a1' of the parameter 'P' does not match AllowedPattern '[a-z]+'"),
    (
        r"{Type: String, AllowedPattern: '[\w&-]+'}",
        "a\u0663",
        "4",
        r"'a\u0663' of the parameter 'P' does not match AllowedPattern '[\\w&-]+'".replace("\\u0663", "\u0663"),
    ),
    ("{Type: String, MinLength: 3}", "ab", "4", "'ab' of the parameter 'P' is beyond MinLength 3"),
    ("{Type: String, MaxLength: '3'}", "abcd", "4", "'abcd' of the parameter 'P' is beyond MaxLength 3"),
    ("{Type: Number, MinValue: 3}", 2, "4", "2 of the parameter 'P' is beyond MinValue 3"),
    ("{Type: Number, MaxValue: 3}", "3.5", "4", "'3.5' of the parameter 'P' is beyond MaxValue 3"),
    (
        "{Type: CommaDelimitedList, AllowedValues: [a, b]}",
        "a, c",
        "4",
        "'a, c' of the parameter 'P' is not one of AllowedValues: a, b",
    ),
]


@pytest.mark.parametrize(("declared", "value", "line", "expected"), VALUES)
def test_values_that_a_parameter_may_not_have(declared: str, value: Any, line: str, expected: str) -> None:
    members = declared.strip("{}").replace(", ", "\n    ") if "[" not in declared else declared
    (found,) = told(f"Parameters:\n  P:\n    {members}{GOOD}", parameters={"P": value})

    assert found.split(" ", 1)[1] == f"error parameter-value: the value {expected}; pass another: parameters={{'P': ...}}"


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("{Type: Number}", "-1.5"),
        ("{Type: Number, MinValue: 1, MaxValue: 3}", 2),
        ("{Type: String, AllowedValues: [true, 1]}", True),
        ("{Type: CommaDelimitedList, AllowedValues: [a, b]}", "b,a"),
        ("{Type: 'List<Number>'}", "1, 2"),
        ("{Type: String, AllowedPattern: '(?<!a'}", "x"),
        ("{Type: String, AllowedPattern: '(?:a|aa)+[^a]'}", "a" * 400),  # would take years
        (r"{Type: String, AllowedPattern: '[\w&&[^_]]+'}", "abc1"),
        ("{Type: String, AllowedPattern: '[a-c[x-z]]+'}", "abz"),
        ("{Type: String, AllowedPattern: '[[:alpha:]]+'}", "alpha"),
        (r"{Type: String, AllowedPattern: '[^\d]'}", "\u0663"),
        (r"{Type: String, AllowedPattern: '\p{L}'}", "\u00e9"),
        (r"{Type: String, AllowedPattern: '\0101'}", "A"),
        (r"{Type: String, AllowedPattern: '\w\h\w++'}", "x y"),
        ("{Type: String, AllowedPattern: '(?u)a'}", "b"),
        ("{Type: CommaDelimitedList, MinLength: 3}", "a,b"),
        ("{Type: Number, MaxLength: 1}", "10"),
        ("{Type: Number, MinValue: 5}", " 5 "),
        ("{Type: String, AllowedValues: ['1.10']}", 1.1),
        ("{Type: String, AllowedPattern: '[a-z]+'}", "{{resolve:ssm:/a/b}}"),
        ("{Type: CommaDelimitedList, AllowedValues: [a]}", ""),
        ("{Type: 'List<Number>'}", ""),
        ("{Type: AWS::SSM::Parameter::Value<String>, AllowedPattern: '[a-z]'}", "/a/b"),
        ("{Type: AWS::EC2::Subnet::Id}", "x"),
        ("{Type: String, AllowedValues: [dev]}", "${x}"),
        ("{Type: String, AllowedValues: [dev]}", None),
    ],
)
def test_what_is_right_is_left_alone(declared: str, value: Any) -> None:
    assert told(f"Parameters: {{P: {declared}}}{GOOD}", parameters={"P": value}) == []


def test_the_value_in_parameters_wins_over_a_default() -> None:
    text = f"Parameters: {{P: {{Type: String, Default: x, AllowedValues: [dev]}}}}{GOOD}"

    assert len(told(text)) == 1
    assert told(text, parameters={"P": "dev"}) == []


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", ".*.*.*.*.*=x"])
def test_patterns_that_lead_back_and_forth_come_to_an_end(pattern: str) -> None:
    (found,) = told(f"Parameters: {{P: {{Type: String, AllowedPattern: '{pattern}'}}}}{GOOD}", parameters={"P": "a" * 499})

    assert f"does not match AllowedPattern {pattern!r}" in found
