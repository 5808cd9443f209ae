"""The parsed state machine: frozen, positioned, without behaviour.

Attributes are the ASL fields in snake_case. An absent field is its documented default where one exists, else None;
`InputPath: null` and its kin are `NULL_PATH`, so that absent and null never meet. What an expression is made of is
already compiled (`Path`, `PayloadTemplate`, `Condition`), so that nothing is cut up as text while a machine runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pytest_sfn.dataclass import dataclass
from pytest_sfn.expressions.paths import ROOT_PATH, Path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import NoReturn

    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.errors import Site
    from pytest_sfn.expressions.comparisons import Condition
    from pytest_sfn.expressions.payload_templates import PayloadTemplate

__all__ = [
    "Catcher",
    "ChoiceRule",
    "ChoiceState",
    "Constant",
    "FailState",
    "ItemBatcher",
    "ItemReader",
    "MapState",
    "Operand",
    "ParallelState",
    "PassState",
    "PathOperand",
    "QueryLanguage",
    "ResultWriter",
    "Retrier",
    "State",
    "StateMachineModel",
    "States",
    "SucceedState",
    "TaskState",
    "TemplateOperand",
    "WaitState",
]

QueryLanguage = Literal["JSONPath", "JSONata"]


@dataclass(frozen=True, slots=True)
class Constant:
    """An operand written as a literal."""

    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class PathOperand:
    """An operand read through a path or an intrinsic, from a field whose name ends in `Path`.

    Fail's ErrorPath and CausePath may hold an intrinsic function; `template` then computes it and `path` is None.
    """

    site: Site
    path: Path | None
    template: PayloadTemplate | None = None


@dataclass(frozen=True, slots=True)
class TemplateOperand:
    """An operand computed by JSONata."""

    site: Site
    template: PayloadTemplate


Operand = Constant | PathOperand | TemplateOperand


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrier:
    """`unfilled` raises the error for a `${Name}` without a value among its numbers; None where there is none."""

    error_equals: tuple[str, ...]
    interval_seconds: int = 1
    max_attempts: int = 3
    backoff_rate: float = 2.0
    max_delay_seconds: int | None = None
    jitter_strategy: Literal["FULL", "NONE"] = "NONE"
    pointer: str = ""
    unfilled: Callable[[Any, Any], NoReturn] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catcher:
    error_equals: tuple[str, ...]
    next: str
    result_path: Path = ROOT_PATH
    output: PayloadTemplate | None = None
    assign: PayloadTemplate | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What all state types share. `next` is None for a state that ends its States (End, Succeed, Fail, Choice)."""

    name: str
    pointer: str
    type: str
    query_language: QueryLanguage = "JSONPath"
    comment: str | None = None
    next: str | None = None
    input_path: Path = ROOT_PATH
    output_path: Path = ROOT_PATH
    output: PayloadTemplate | None = None
    assign: PayloadTemplate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassState(State):
    result: Any = None
    has_result: bool = False
    parameters: PayloadTemplate | None = None
    result_path: Path = ROOT_PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState(State):
    resource: Resource
    parameters: PayloadTemplate | None = None
    """Parameters (JSONPath) or Arguments (JSONata)."""
    result_selector: PayloadTemplate | None = None
    result_path: Path = ROOT_PATH
    timeout_seconds: Operand | None = None
    heartbeat_seconds: Operand | None = None
    credentials: PayloadTemplate | None = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRule:
    condition: Condition
    next: str
    output: PayloadTemplate | None = None
    assign: PayloadTemplate | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceState(State):
    choices: tuple[ChoiceRule, ...]
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitState(State):
    seconds: Operand | None = None
    timestamp: Operand | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SucceedState(State):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class FailState(State):
    error: Operand | None = None
    cause: Operand | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """A set of states with its entry: the machine's own, a branch, an item processor."""

    start_at: str
    states: Mapping[str, State]
    pointer: str = ""
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelState(State):
    branches: tuple[States, ...]
    parameters: PayloadTemplate | None = None
    result_selector: PayloadTemplate | None = None
    result_path: Path = ROOT_PATH
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReader:
    resource: Resource
    parameters: PayloadTemplate | None = None
    reader_config: Mapping[str, Any]
    """As written; `max_items` below is the compiled MaxItems."""
    max_items: Operand | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBatcher:
    max_items_per_batch: Operand | None = None
    max_input_bytes_per_batch: Operand | None = None
    batch_input: PayloadTemplate | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultWriter:
    resource: Resource | None = None
    parameters: PayloadTemplate | None = None
    writer_config: Mapping[str, Any]
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapState(State):
    processor: States
    """ItemProcessor, or the older Iterator."""
    mode: Literal["INLINE", "DISTRIBUTED"] = "INLINE"
    execution_type: Literal["STANDARD", "EXPRESS"] | None = None
    items: Operand | None = None
    """ItemsPath (a PathOperand) or JSONata's Items; None for the effective input itself."""
    item_selector: PayloadTemplate | None = None
    """ItemSelector, or the older Parameters."""
    max_concurrency: Operand | None = None
    tolerated_failure_count: Operand | None = None
    tolerated_failure_percentage: Operand | None = None
    item_reader: ItemReader | None = None
    item_batcher: ItemBatcher | None = None
    result_writer: ResultWriter | None = None
    label: str | None = None
    result_selector: PayloadTemplate | None = None
    result_path: Path = ROOT_PATH
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StateMachineModel:
    """A whole definition."""

    states: States
    query_language: QueryLanguage = "JSONPath"
    comment: str | None = None
    version: str = "1.0"
    timeout_seconds: int | None = None
    all_states: Mapping[str, State]
    """Every state at any depth by name; names are unique in a definition, as AWS demands."""
    unfilled: Callable[[Any, Any], NoReturn] | None = None
    """Raises the error for a `${Name}` without a value as TimeoutSeconds; None where there is none."""
