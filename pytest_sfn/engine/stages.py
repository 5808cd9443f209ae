"""The seam between a state's rule and its query language.

A rule asks for its effective input, its arguments, its operands and its output; which fields supply them, in which
order, and what an error says, differs between JSONPath and JSONata and is known only here. Every value comes with upper
bounds of its size and nesting, so that limits cost an addition instead of a serialisation.

JSONPath: InputPath, Parameters, (the work), ResultSelector, ResultPath, OutputPath.
JSONata: Arguments, (the work), Output. Both: Assign, computed from the same values as the output and unaware of it.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.asl.model import Constant, PathOperand
from pytest_sfn.errors import Site, StateError, UnplacedError
from pytest_sfn.expressions.env import Env
from pytest_sfn.expressions.paths import NULL_PATH, ROOT_PATH, Path
from pytest_sfn.expressions.values import UNDEFINED, bounds, dumps, measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.asl.model import Catcher, ChoiceRule, Operand, State
    from pytest_sfn.expressions.payload_templates import PayloadTemplate

__all__ = ["Evaluating", "JsonataStages", "JsonpathStages", "Sized", "Stages", "invalid_path", "make_stages"]

Sized = tuple[Any, int, int]
"""A value with upper bounds of its size in UTF-8 bytes and of its nesting."""

FEW_COPIES: Final = 16
"""What can have its parts more often than that is measured with care: `bounds` writes all of it."""


class Evaluating(Env, Protocol):
    """What a state's fields are evaluated for: a strand in its state, or the trace's copy of one in an earlier state."""

    @property
    def value(self) -> Any:
        """The state's input."""

    @property
    def size(self) -> int: ...

    @property
    def depth(self) -> int: ...


class Stages(Protocol):
    """The fields of a state, evaluated for its rule; `data` is always the value that `input` gave."""

    def input(self, strand: Evaluating) -> Sized:
        """The effective input."""

    def arguments(self, strand: Evaluating, data: Sized) -> Sized:
        """Parameters or Arguments evaluated; the effective input where the field is absent."""

    def operand(self, strand: Evaluating, data: Any, operand: Operand) -> Any:
        """The value of a field such as TimeoutSeconds; UNDEFINED when its path finds nothing."""

    def template(self, strand: Evaluating, data: Sized, template: PayloadTemplate) -> Sized:
        """A template with `data` as its input."""

    def output(self, strand: Evaluating, data: Sized, result: Sized | None) -> Sized:
        """What leaves the state, from the result of its work, or None for states that do none."""

    def assign(self, strand: Evaluating, data: Sized, result: Sized | None) -> Mapping[str, Any] | None:
        """The variables that Assign sets, or None."""

    def outcome(self, strand: Evaluating, data: Sized, result: Sized | None) -> tuple[Sized, Mapping[str, Any] | None]:
        """`output` and `assign` together."""

    def choice_output(self, strand: Evaluating, data: Sized, rule: ChoiceRule) -> Sized:
        """What leaves a Choice state by one of its rules: by the rule's own Output, else the state's."""

    def choice_assign(self, strand: Evaluating, data: Sized, rule: ChoiceRule) -> Mapping[str, Any] | None: ...

    def condition(self, strand: Evaluating, data: Any) -> Any:
        """What a rule's condition is given as its data."""

    def catch_output(self, strand: Evaluating, catcher: Catcher, error_output: Sized) -> Sized: ...

    def catch_assign(self, strand: Evaluating, catcher: Catcher, error_output: Sized) -> Mapping[str, Any] | None: ...


def make_stages(state: State) -> Stages:
    return JsonataStages(state) if state.query_language == "JSONata" else JsonpathStages(state)


def invalid_path(path: Path, value: Any, site: Site) -> StateError:
    """AWS's error for a path such as InputPath or OutputPath that finds nothing."""
    return StateError("States.Runtime", f"Invalid path '{path.text}' : {path.explain(value)}", site=site.on(value))


class JsonpathStages:
    """JSONPath's fields of one state; those that do nothing are left out when it is made."""

    __slots__ = ("_assign", "_input_path", "_output_path", "_parameters", "_pointer", "_result_path", "_result_selector")

    def __init__(self, state: State) -> None:
        self._pointer = state.pointer
        self._input_path = None if state.input_path is ROOT_PATH else state.input_path
        self._output_path = None if state.output_path is ROOT_PATH else state.output_path
        self._parameters: PayloadTemplate | None = getattr(state, "parameters", None)
        self._result_selector: PayloadTemplate | None = getattr(state, "result_selector", None)
        result_path: Path = getattr(state, "result_path", ROOT_PATH)
        self._result_path = None if result_path is ROOT_PATH else result_path
        self._assign = state.assign

    def input(self, strand: Evaluating) -> Sized:
        if self._input_path is None:
            return strand.value, strand.size, strand.depth
        return _read(self._input_path, strand, (strand.value, strand.size, strand.depth), "InputPath", self._pointer)

    def arguments(self, strand: Evaluating, data: Sized) -> Sized:
        return data if self._parameters is None else self.template(strand, data, self._parameters)

    def operand(self, strand: Evaluating, data: Any, operand: Operand) -> Any:
        if isinstance(operand, Constant):
            return operand.value
        if isinstance(operand, PathOperand) and operand.path is not None:
            try:
                return operand.path.evaluate(data, strand)
            except UnplacedError as error:
                error.site = operand.site
                raise
        assert operand.template is not None
        return operand.template.evaluate(data, strand)

    def template(self, strand: Evaluating, data: Sized, template: PayloadTemplate) -> Sized:
        value = template.evaluate(data[0], strand)
        if template.uses_context or template.uses_variables:  # these come without bounds
            return value, *(bounds(value) if template.size_factor <= FEW_COPIES else measure(value))
        return value, template.size_const + template.size_factor * data[1], template.depth_const + data[2]

    def output(self, strand: Evaluating, data: Sized, result: Sized | None) -> Sized:
        result = data if result is None else self.place(strand, self.select(strand, result))
        return result if self._output_path is None else _read(self._output_path, strand, result, "OutputPath", self._pointer)

    def assign(self, strand: Evaluating, data: Sized, result: Sized | None) -> Mapping[str, Any] | None:
        if self._assign is None:
            return None
        variables: Mapping[str, Any] = self._assign.evaluate((data if result is None else result)[0], strand)
        return variables

    def outcome(self, strand: Evaluating, data: Sized, result: Sized | None) -> tuple[Sized, Mapping[str, Any] | None]:
        # In one function, field by field: it ends every state, and most states have none or one of the fields.
        output = data
        if result is not None:
            if self._result_selector is not None:  # once: output and variables must have the same States.UUID()
                result = self.template(strand, result, self._result_selector)
            output = result if self._result_path is None else _place(self._result_path, strand, result, self._pointer)
        if self._output_path is not None:
            output = _read(self._output_path, strand, output, "OutputPath", self._pointer)
        return output, None if self._assign is None else self.assign(strand, data, result)

    def select(self, strand: Evaluating, result: Sized) -> Sized:
        """ResultSelector."""
        return result if self._result_selector is None else self.template(strand, result, self._result_selector)

    def place(self, strand: Evaluating, result: Sized) -> Sized:
        """ResultPath."""
        return result if self._result_path is None else _place(self._result_path, strand, result, self._pointer)

    def choice_output(self, strand: Evaluating, data: Sized, rule: ChoiceRule) -> Sized:
        return self.output(strand, data, None)

    def choice_assign(self, strand: Evaluating, data: Sized, rule: ChoiceRule) -> Mapping[str, Any] | None:
        if rule.assign is None:
            return self.assign(strand, data, None)
        variables: Mapping[str, Any] = rule.assign.evaluate(data[0], strand)
        return variables

    def condition(self, strand: Evaluating, data: Any) -> Any:
        return data

    def catch_output(self, strand: Evaluating, catcher: Catcher, error_output: Sized) -> Sized:
        path = catcher.result_path
        return error_output if path is ROOT_PATH else _place(path, strand, error_output, catcher.pointer)

    def catch_assign(self, strand: Evaluating, catcher: Catcher, error_output: Sized) -> Mapping[str, Any] | None:
        variables: Mapping[str, Any] | None = None
        if catcher.assign is not None:
            variables = catcher.assign.evaluate(error_output[0], strand)
        return variables


def _read(path: Path, strand: Evaluating, data: Sized, field: str, pointer: str) -> Sized:
    """InputPath or OutputPath: a part is never larger than the whole."""
    if path is NULL_PATH:
        return {}, 2, 1
    try:
        value = path.evaluate(data[0], strand)
    except UnplacedError as error:
        error.site = Site(field, f"{pointer}/{field}", (), path.text)
        raise
    if value is UNDEFINED:
        raise invalid_path(path, data[0], Site(field, f"{pointer}/{field}", (), path.text))
    if path.root == "$" and path.definite:
        return value, data[1], data[2]
    return value, *(bounds(value) if path.size_factor <= FEW_COPIES else measure(value))


def _place(path: Path, strand: Evaluating, result: Sized, pointer: str) -> Sized:
    """ResultPath: the result put into the state's raw input, of which only the containers on the way are copied.

    Args:
        pointer: of the state or the Catcher that has the field.
    """
    if path is NULL_PATH:
        return strand.value, strand.size, strand.depth
    value, size, depth = result
    depth += path.depth_added
    try:
        placed = path.writer(strand.value, value)
    except StateError as error:
        error.site = Site("ResultPath", f"{pointer}/ResultPath", (), path.text, strand.value)
        raise
    return (
        placed,
        strand.size + size + path.size_added,
        depth if depth > strand.depth else strand.depth,
    )


class JsonataStages:
    """JSONata's fields of one state. What an expression makes cannot be bounded beforehand, so bounds of it are computed."""

    __slots__ = ("_arguments", "_assign", "_output")

    def __init__(self, state: State) -> None:
        self._arguments: PayloadTemplate | None = getattr(state, "parameters", None)
        self._output = state.output
        self._assign = state.assign

    def input(self, strand: Evaluating) -> Sized:
        return strand.value, strand.size, strand.depth

    def arguments(self, strand: Evaluating, data: Sized) -> Sized:
        return data if self._arguments is None else self.template(strand, data, self._arguments)

    def operand(self, strand: Evaluating, data: Any, operand: Operand) -> Any:
        if isinstance(operand, Constant):
            return operand.value
        assert operand.template is not None
        return operand.template.evaluate({"input": data}, strand)

    def template(self, strand: Evaluating, data: Sized, template: PayloadTemplate) -> Sized:
        return _computed(template, {"input": data[0]}, strand)

    def output(self, strand: Evaluating, data: Sized, result: Sized | None) -> Sized:
        if self._output is None:
            return data if result is None else result
        value = self._output.evaluate(_states(data, result), strand)
        return value, *bounds(value)

    def assign(self, strand: Evaluating, data: Sized, result: Sized | None) -> Mapping[str, Any] | None:
        return None if self._assign is None else _variables(self._assign, _states(data, result), strand)

    def outcome(self, strand: Evaluating, data: Sized, result: Sized | None) -> tuple[Sized, Mapping[str, Any] | None]:
        return self.output(strand, data, result), None if self._assign is None else self.assign(strand, data, result)

    def choice_output(self, strand: Evaluating, data: Sized, rule: ChoiceRule) -> Sized:
        if rule.output is None:
            return self.output(strand, data, None)
        return _computed(rule.output, {"input": data[0]}, strand)

    def choice_assign(self, strand: Evaluating, data: Sized, rule: ChoiceRule) -> Mapping[str, Any] | None:
        if rule.assign is None:
            return self.assign(strand, data, None)
        return _variables(rule.assign, {"input": data[0]}, strand)

    def condition(self, strand: Evaluating, data: Any) -> Any:
        return {"input": data}

    def catch_output(self, strand: Evaluating, catcher: Catcher, error_output: Sized) -> Sized:
        if catcher.output is None:
            return error_output
        return _computed(catcher.output, {"input": strand.value, "errorOutput": error_output[0]}, strand)

    def catch_assign(self, strand: Evaluating, catcher: Catcher, error_output: Sized) -> Mapping[str, Any] | None:
        if catcher.assign is None:
            return None
        return _variables(catcher.assign, {"input": strand.value, "errorOutput": error_output[0]}, strand)


def _states(data: Sized, result: Sized | None) -> dict[str, Any]:
    return {"input": data[0]} if result is None else {"input": data[0], "result": result[0]}


def _computed(template: PayloadTemplate, states: dict[str, Any], strand: Evaluating) -> Sized:
    value = template.evaluate(states, strand)
    return value, *bounds(value)


def _variables(template: PayloadTemplate, states: dict[str, Any], strand: Evaluating) -> Mapping[str, Any]:
    variables: Mapping[str, Any] = template.evaluate(states, strand)
    return variables


def quoted(value: Any) -> str:
    """A value inside a cause: strings bare, the rest as compact JSON."""
    return value if isinstance(value, str) else dumps(value)
