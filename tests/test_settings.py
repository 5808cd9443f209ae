"""Values of settings, wherever they are given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import PytestSfnError, SfnMock, load
from pytest_sfn.settings import check_settings, refusal

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


@pytest.mark.parametrize(
    "region", ["us-east-1", "us-gov-west-1", "cn-north-1", "us-isob-east-1", "eu-isoe-west-1", "ap-southeast-5", "mx-central-1"]
)
def test_regions(region: str) -> None:
    assert refusal("region", region) == ""


@pytest.mark.parametrize("region", ["mars", "us-east1", "US-EAST-1", "us-east-1a", "", None, 5])
def test_what_is_no_region(region: object) -> None:
    assert refusal("region", region) == f"{region!r} is not a region, such as us-east-1"


@pytest.mark.parametrize("folders", [(), ["a"], (Path("a"),), {"a"}])
def test_folders(folders: object) -> None:
    check_settings(allowed_folders=folders)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"region": 5}, "region: 5 is not a region, such as us-east-1"),
        ({"account_id": 123456789012}, "account_id: 123456789012 is not a text of twelve digits"),
        ({"strict": "no"}, "strict: 'no' is neither True nor False"),
        ({"seed": "1"}, "seed: '1' is not a whole number"),
        ({"start_time": "2024-01-01"}, "start_time: '2024-01-01' is not a datetime"),
    ],
)
def test_an_account_refuses_what_cannot_be(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(PytestSfnError) as caught:
        SfnMock(**settings)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"parameters": "x"}, "parameters: 'x' is not a dict whose keys are names"),
        ({"parameters": {1: 2}}, "parameters: {1: 2} is not a dict whose keys are names"),
        ({"substitutions": ["a"]}, "substitutions: ['a'] is not a dict whose keys are names"),
        ({"logical_id": 5}, "logical_id: 5 is not a text"),
        ({"allowed_folders": "shared"}, "allowed_folders: 'shared' is not a list of folders"),
    ],
)
def test_load_refuses_what_cannot_be(arguments: dict[str, Any], message: str) -> None:
    for call in (load, SfnMock().load):
        with pytest.raises(PytestSfnError) as caught:
            call(PASS, **arguments)
        assert str(caught.value) == message


@pytest.mark.parametrize("argument", ["name", "role_arn"])
def test_a_machine_has_names_as_text(argument: str) -> None:
    with pytest.raises(PytestSfnError) as caught:
        SfnMock().load(PASS, **{argument: 5})  # type: ignore[arg-type]
    assert str(caught.value) == f"{argument}: 5 is not a text"
