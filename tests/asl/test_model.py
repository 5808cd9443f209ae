"""The model: frozen, with the documented defaults of absent fields."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest

from pytest_sfn import load
from pytest_sfn.asl import model
from pytest_sfn.asl.model import Catcher, MapState, Retrier, TaskState
from pytest_sfn.expressions.paths import NULL_PATH, ROOT_PATH

LOADED = load({
    "StartAt": "T",
    "States": {
        "T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"},
              "InputPath": None, "Next": "M",
              "Retry": [{"ErrorEquals": ["A"]}], "Catch": [{"ErrorEquals": ["B"], "Next": "M"}]},
        "M": {"Type": "Map", "End": True, "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}},
    },
})._model  # fmt: skip


def test_absent_fields_have_their_documented_defaults() -> None:
    task, map_state = LOADED.all_states["T"], LOADED.all_states["M"]
    assert isinstance(task, TaskState)
    assert isinstance(map_state, MapState)
    assert task.retry == (
        Retrier(
            error_equals=("A",), interval_seconds=1, max_attempts=3, backoff_rate=2.0, jitter_strategy="NONE",
            pointer="/States/T/Retry/0",
        ),
    )  # fmt: skip
    assert task.catch == (Catcher(error_equals=("B",), next="M", result_path=ROOT_PATH, pointer="/States/T/Catch/0"),)
    assert (map_state.mode, map_state.execution_type, map_state.next) == ("INLINE", None, None)
    assert (LOADED.query_language, LOADED.version, LOADED.timeout_seconds) == ("JSONPath", "1.0", None)


def test_null_and_absent_differ() -> None:
    assert LOADED.all_states["T"].input_path is NULL_PATH
    assert LOADED.all_states["M"].input_path is ROOT_PATH


def test_states_at_any_depth_by_name() -> None:
    assert list(LOADED.states.states) == ["T", "M"]
    assert {name: state.pointer for name, state in LOADED.all_states.items()} == {
        "T": "/States/T",
        "M": "/States/M",
        "P": "/States/M/ItemProcessor/States/P",
    }


def test_everything_is_frozen() -> None:
    for name in model.__all__:
        kind = getattr(model, name)
        if is_dataclass(kind):
            instance = object.__new__(kind)  # type: ignore[call-overload]
            with pytest.raises(FrozenInstanceError):
                setattr(instance, fields(kind)[0].name, None)
