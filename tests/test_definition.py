"""A loaded definition, without an account."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_sfn import StateMachine, load
from pytest_sfn.errors import DefinitionError, DefinitionWarning
from tests.helpers import arn, machine, task

TEXT = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'


def test_same_content_is_parsed_once() -> None:
    assert load(TEXT) is load(TEXT)
    assert load(machine(A=task())) is load(machine(A=task()))
    assert load(TEXT) is not load(TEXT + " ")
    assert load(load(TEXT)) is load(TEXT)


def test_what_it_shows() -> None:
    loaded = load(machine(A=task(Next="B"), B={"Type": "Map", "ItemProcessor": machine(C={"Type": "Pass"})}))
    assert list(loaded.states) == ["A", "C", "B"]
    assert (loaded.name, loaded.file) == ("StateMachine", None)
    assert loaded.locate("/States/A") is None
    assert repr(loaded) == "<StateMachine 'StateMachine': 3 states>"
    assert list(loaded._reach.tasks) == ["A"]
    assert [function.text for function in loaded._reach.functions["f"]] == [arn("f")]


def test_path_is_relative_to_the_calling_file_and_never_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "test_machine_of_the_working_directory.asl.json"
    (tmp_path / name).write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DefinitionError, match="not found"):
        load(name)
    loaded = load(name, directories=[tmp_path])
    assert loaded.name == "test_machine_of_the_working_directory"
    assert str(loaded.locate("/States/A")) == f"{name}:1:29"


def test_program_is_made_once_for_each_part() -> None:
    loaded = load(machine(A=task(Next="B"), B={"Type": "Pass"}))
    assert loaded._program() is loaded._program()
    assert loaded._program("B") is not loaded._program()
    assert loaded._program("B").entry.name == "B"


def test_warning_is_given_each_time() -> None:
    for _ in range(2):
        with pytest.warns(DefinitionWarning, match=r"no substitution for \$\{Charge\}"):
            assert isinstance(load(machine(A={"Type": "Task", "Resource": "${Charge}"})), StateMachine)


def test_a_state_machine_is_immutable() -> None:
    with pytest.raises(AttributeError, match="a StateMachine is immutable; load another definition"):
        load(TEXT).name = "other"


def test_a_dict_that_is_nested_too_deep() -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(DefinitionError, match="nested too deep for Python"):
        load({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": deep, "End": True}}})
