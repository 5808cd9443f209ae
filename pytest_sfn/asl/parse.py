"""Values to model: reads a definition by the table in `fields` and compiles every expression in it.

The parser reads the values in one pass, each object by its place in the table. A value that its field does not allow
becomes a finding; any other is compiled into the attribute of the model that the table names. The parser goes on after a
finding, so that one error lists every problem; it makes a model only if there was none. Positions in the text are looked
up at the end and only for findings: a definition without problems needs none.

Inside the parser a place is a JSON Pointer (RFC 6901), the key to the table of positions. Diagnostics show AWS's
notation, `/States/Charge/Retry[0]/ErrorEquals`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from pytest_sfn.asl import validate
from pytest_sfn.asl.choices import is_comparison, read_comparison
from pytest_sfn.asl.express import express_findings
from pytest_sfn.asl.fields import FIELDS, STATE_TYPES, Field, required
from pytest_sfn.asl.findings import (
    EXPRESSION,
    MISSING,
    SCHEMA,
    UNSURE,
    CallCheck,
    Finding,
    Findings,
    ServiceCall,
    Unfilled,
    aws_notation,
    hint_of,
)
from pytest_sfn.asl.model import (
    Catcher,
    ChoiceRule,
    ChoiceState,
    Constant,
    FailState,
    ItemBatcher,
    ItemReader,
    MapState,
    ParallelState,
    PassState,
    PathOperand,
    QueryLanguage,
    ResultWriter,
    Retrier,
    State,
    StateMachineModel,
    States,
    SucceedState,
    TaskState,
    TemplateOperand,
    WaitState,
)
from pytest_sfn.asl.outline import DEEPEST, states_around
from pytest_sfn.asl.pointer import child, last, parent, resolve
from pytest_sfn.asl.resource import Resource, parse_resource
from pytest_sfn.asl.validate import TIMESTAMP_HINT, StateSet
from pytest_sfn.errors import Diagnostic, Site
from pytest_sfn.expressions.comparisons import compile_jsonata_condition
from pytest_sfn.expressions.env import ExpressionSyntaxError
from pytest_sfn.expressions.paths import NULL_PATH, Path, compile_path, compile_reference_path
from pytest_sfn.expressions.payload_templates import (
    UNCLOSED,
    PayloadTemplate,
    compile_expression,
    compile_jsonata_template,
    compile_payload_template,
    is_expression,
    jsonata_source,
)
from pytest_sfn.expressions.timestamps import parse_timestamp
from pytest_sfn.expressions.values import is_number
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from pytest_sfn.asl.source import Source
    from pytest_sfn.errors import DefinitionError

__all__ = ["ONE_STATE", "aws_refusal_message", "diagnose", "findings", "parse", "parse_state", "told_by_aws"]

"""Most sets of states inside of one another. Ours: AWS states no number (`TOO_DEEPLY_NESTED`), real definitions reach 6."""

_STATE_CLASSES: Final[Mapping[str, Callable[..., State]]] = {
    "Task": TaskState,
    "Pass": PassState,
    "Choice": ChoiceState,
    "Wait": WaitState,
    "Succeed": SucceedState,
    "Fail": FailState,
    "Parallel": ParallelState,
    "Map": MapState,
}


ONE_STATE: Final = "StateName"
"""What AWS calls a state that it tests by itself [recorded]."""
WARNED_OF: Final = frozenset({"NO_EXPRESSION", MISSING, UNSURE})
"""Warnings that every load of a definition gives: what is hardly ever meant, and what would stop a run."""


def parse(source: Source, check_call: CallCheck | None = None) -> StateMachineModel:
    """The model of a definition. Its source gets a note on what is probably not meant.

    Args:
        check_call: gives what is wrong with calls of services.

    Raises:
        DefinitionError: AWS would refuse the definition; lists every problem found, except those of Express state machines
            alone, which `express.express_problems` finds.
    """
    parser = _Parser(source, check_call)
    model = parser.machine()
    if model is None:
        raise _refusal(parser)
    items = [item for item in parser.diagnostics() if item.code in WARNED_OF]
    source.note_instead(map(_note, items), {item.subject for item in items})
    return model


def _note(item: Diagnostic) -> str:
    place = item.location or f"definition at {item.pointer}"
    state = f"state {item.state!r}: " if item.state is not None else ""
    hint = f"; {item.hint}" if item.code == MISSING else ""
    return f"{place}: {state}{item.message}{hint}"


def parse_state(source: Source, check_call: CallCheck | None = None, name: str = ONE_STATE) -> StateMachineModel:
    """The model of a definition that is one state, as the TestState API takes it, with a machine around the state.

    The targets of its transitions are not checked.

    Raises:
        DefinitionError: AWS would refuse the state; lists every problem found.
    """
    parser = _Parser(source, check_call, name)
    model = parser.machine()
    if model is None:
        raise _refusal(parser)
    return model


def _refusal(parser: _Parser) -> DefinitionError:
    return parser.source.error([item for item in parser.diagnostics() if item.severity == "ERROR"])


def diagnose(source: Source, machine_type: str = "STANDARD", check_call: CallCheck | None = None) -> list[Diagnostic]:
    """Every problem of a definition, warnings included, in the order in which they were found: AWS's, where known.

    Args:
        machine_type: "STANDARD" or "EXPRESS".
        check_call: gives what is wrong with calls of services.
    """
    return _examine(source, machine_type, check_call).diagnostics()


def findings(source: Source, machine_type: str = "STANDARD", check_call: CallCheck | None = None) -> list[Finding]:
    """The same in terms of the definition's values."""
    return _examine(source, machine_type, check_call).findings


def _examine(source: Source, machine_type: str, check_call: CallCheck | None) -> _Parser:
    parser = _Parser(source, check_call)
    model = parser.machine()
    if model is not None and machine_type == "EXPRESS":
        parser.add(*express_findings(model))
    return parser


def aws_refusal_message(diagnostics: Iterable[Diagnostic]) -> str:
    """The message of the InvalidDefinition with which CreateStateMachine answers to a definition with these problems.

    `Invalid State Machine Definition: 'CODE: message at /place, ...'`.
    """
    errors = [item for item in told_by_aws(diagnostics) if item.severity == "ERROR"]
    told = ", ".join(f"{item.code}: {item.message} at {item.pointer or 'null'}" for item in errors)
    return f"Invalid State Machine Definition: '{told}'"


def told_by_aws(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The problems that AWS tells, in its order.

    AWS looks for missing targets and the like only in a definition whose fields are in order [reported]; a missing end
    comes after the missing targets [measured, floci PR 2786].
    """
    found = list(diagnostics)
    if any(item.severity == "ERROR" and item.code not in _AFTER_FIELDS for item in found):
        return [item for item in found if item.code not in _AFTER_FIELDS]
    return sorted(found, key=lambda item: item.code == "MISSING_END_STATE")


_AFTER_FIELDS: Final = frozenset({"MISSING_TRANSITION_TARGET", "MISSING_END_STATE"})


class _Parser(Findings):
    def __init__(self, source: Source, check_call: CallCheck | None, only_state: str | None = None) -> None:
        self.check_call = check_call
        if only_state is None:
            super().__init__(source, source.value)
        else:
            value = {"StartAt": only_state, "States": {only_state: source.value}}
            super().__init__(source, value, child("/States", only_state))
        self.state_sets: list[StateSet] = []
        self.state_set = StateSet("")
        self.state_pointer = ""
        self.type = ""
        self.language: QueryLanguage = "JSONPath"
        self.all_states: dict[str, State] = {}
        self.state_pointers: dict[str, str] = {}
        self.labels: list[tuple[str, str]] = []

    # The machine

    def machine(self) -> StateMachineModel | None:
        value = self.value
        self.language = cast("QueryLanguage", self._query_language(value))
        try:
            fields = self.states_of("StateMachine", value, "", None)
        except RecursionError:
            self.state = None
            self.add(Finding("TOO_DEEPLY_NESTED", "The values here are nested too deep to be read", self.state_pointer))
            return None
        self.add(
            *validate.check_variables(self.state_sets),
            *validate.check_labels(self.labels),
            *([] if self.prefix else validate.check_state_sets(self.state_sets)),
        )
        if self.failed:
            return None
        machine = {name: fields.pop(name) for name in ("version", "timeout_seconds") if name in fields}
        states = States(**fields)
        return StateMachineModel(
            states=states,
            query_language=self.language,
            comment=states.comment,
            all_states=self.all_states,
            unfilled=self.unfilled_in("/TimeoutSeconds"),
            **machine,
        )

    @staticmethod
    def _query_language(value: Mapping[str, Any]) -> str:
        """JSONPath only if it is absent or spelled exactly so; any other value counts as JSONata [reported]."""
        return "JSONPath" if value.get("QueryLanguage", "JSONPath") == "JSONPath" else "JSONata"

    def states_of(self, place: str, value: Mapping[str, Any], pointer: str, outer: StateSet | None) -> dict[str, Any]:
        """The fields of an object that has StartAt and States, in a StateSet of its own."""
        around = self.state_set, self.state, self.state_pointer, self.type
        self.state_set, self.state = StateSet(pointer, outer), None
        self.state_sets.append(self.state_set)
        if len(states_around(pointer)) > DEEPEST:
            self.add(Finding("TOO_DEEPLY_NESTED", f"More than {DEEPEST} sets of states inside of one another", pointer))
            fields: dict[str, Any] = {}
        else:
            fields = self.fields(place, value, pointer, self.language)
        fields["pointer"] = pointer
        self.state_set, self.state, self.state_pointer, self.type = around
        return fields

    # Objects

    def fields(self, place: str, value: Mapping[str, Any], pointer: str, language: str) -> dict[str, Any]:
        """The attributes that an object's fields give, compiled. What is wrong with them is noted."""
        table = FIELDS[place]
        found: dict[str, Any] = {}
        for name, item in value.items():
            row = table.get(name)
            if row is None:
                self.unknown(place, name, pointer, language)
            elif row.language is not None and row.language != language:
                self.other_language(name, row.language, pointer, language)
            else:
                attribute = _READERS[row.kind](self, row, item, f"{pointer}/{name}", language)
                if row.attribute is not None:
                    found[row.attribute] = attribute
        missing = [name for name in required(place, language) if name not in value]
        if missing:  # [recorded]
            self.add(Finding(SCHEMA, f"These fields are required: [{', '.join(missing)}]", pointer))
            if "StartAt" in missing:
                self.state_set.doubtful = True  # it alone is reported [recorded]
        self.add(*validate.check_exclusive(place, value, pointer, language))
        return found

    def unknown(self, place: str, name: str, pointer: str, language: str) -> None:
        hint = validate.explain_unknown_field(place, name, language)
        self.add(Finding(SCHEMA, f"Field '{name}' is not supported", pointer, hint, at=child(pointer, name)))  # [reported]

    def other_language(self, name: str, its: str, pointer: str, language: str) -> None:
        message = (
            f"The QueryLanguage is set to '{language}', but field '{name}' is only supported for the '{its}' QueryLanguage"
        )
        hint = 'put "QueryLanguage": "JSONata" into the state or the machine' if its == "JSONata" else _INSTEAD.get(name, "")
        self.add(Finding(SCHEMA, message, pointer, hint, at=child(pointer, name)))  # [reported]

    # States

    def read_states(self, row: Field, value: Any, pointer: str, language: str) -> dict[str, State]:
        if not self.is_object(value, pointer):
            self.state_set.doubtful = True
            return {}
        if not value:
            self.wrong("Value cannot be empty", pointer)
        around = self.state, self.state_pointer, self.type
        states: dict[str, State] = {}
        self.state_set.states = {name: child(pointer, name) for name in value}
        for name, item in value.items():
            place = self.state_set.states[name]
            self.add(*validate.check_state_name(name, place))
            if name in self.state_pointers:  # [reported: the code and the beginning of the text]
                first = self.locate(self.state_pointers[name])
                hint = "state names are unique in the whole definition; the first is " + (
                    f"in line {first.line}" if first else aws_notation(self.value, self.state_pointers[name])
                )
                self.add(Finding("DUPLICATE_STATE_NAME", f"Duplicate State name: {name}", place, hint))
            self.state_pointers.setdefault(name, place)
            if self.is_object(item, place):
                state = self.read_state(name, item, place)
                if state is not None:
                    states[name] = self.all_states[name] = state
            else:
                self.state_set.doubtful = True
        self.state, self.state_pointer, self.type = around
        return states

    def read_state(self, name: str, value: dict[str, Any], pointer: str) -> State | None:
        self.state, self.state_pointer = name, pointer
        type_ = self.type_of(value, pointer)
        if type_ is None:
            self.state_set.doubtful = True
            return None
        language = self.language
        if "QueryLanguage" in value:
            language = cast("QueryLanguage", self._query_language(value))
            if self.language == "JSONata" and language == "JSONPath":  # [recorded]
                message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
                self.add(Finding(SCHEMA, message, pointer, at=f"{pointer}/QueryLanguage"))
        self.type = type_
        fields = self.fields(type_, value, pointer, language)
        resource = fields.get("resource")
        if self.check_call is not None and resource is not None and resource.kind == "service":
            self.add(*self.check_call(ServiceCall(resource, value, pointer, language == "JSONPath")))
        if type_ in ("Succeed", "Fail") or value.get("End") is True:
            self.state_set.terminal = True
        elif "Next" not in value and type_ != "Choice":
            self.state_set.doubtful = True
        if type_ == "Task":
            self.add(*validate.check_credentials(value, fields.get("resource"), pointer))
        elif type_ == "Map":
            fields |= fields.pop("processor", None) or {}
        elif type_ == "Pass":
            fields["has_result"] = "Result" in value
        if self.failed:
            return None
        return _STATE_CLASSES[type_](name=name, pointer=pointer, type=type_, query_language=language, **fields)

    def type_of(self, value: dict[str, Any], pointer: str) -> str | None:
        type_ = value.get("Type")
        if "Type" not in value:
            self.add(Finding(SCHEMA, "These fields are required: [Type]", pointer, f"one of {', '.join(STATE_TYPES)}"))
        elif not isinstance(type_, str):
            self.wrong("Expected value of type String", f"{pointer}/Type")
        elif type_ in _STATE_CLASSES:
            return type_
        else:
            hint = suggest(type_, STATE_TYPES, "did you mean {!r}?") or f"the state types are {', '.join(STATE_TYPES)}"
            self.wrong(f"The field 'Type' should have one of these values: [{', '.join(STATE_TYPES)}]", f"{pointer}/Type", hint)
        return None

    def read_target(self, row: Field, value: Any, pointer: str, language: str) -> str | None:
        if not isinstance(value, str):
            self.state_set.doubtful = True
            self.wrong("Expected value of type String", pointer)
            return None
        self.state_set.targets.append((None if row.name == "StartAt" else self.state, value, pointer))
        return value

    def read_branches(self, row: Field, value: Any, pointer: str, language: str) -> tuple[States, ...]:
        if value == []:
            self.wrong("Value cannot be empty", pointer)  # [recorded]
        fields = [self.states_of("Branch", branch, place, self.state_set) for branch, place in self.objects(value, pointer)]
        return () if self.failed else tuple(States(**branch) for branch in fields)

    def read_processor(self, row: Field, value: Any, pointer: str, language: str) -> dict[str, Any]:
        """Attributes of the Map state: its processor, mode and execution_type."""
        if not self.is_object(value, pointer):
            return {}
        config = value.get("ProcessorConfig")
        distributed = isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"
        # A distributed Map's children are executions of their own, which see no variables from outside.
        fields = self.states_of("ItemProcessor", value, pointer, None if distributed else self.state_set)
        settings = fields.pop("processor_config", None) or {}
        if self.failed:
            return {}
        return {"processor": States(**fields), **settings}

    # Retry, Catch, Choices

    def read_retriers(self, row: Field, value: Any, pointer: str, language: str) -> tuple[Retrier, ...]:
        return tuple(
            Retrier(pointer=place, unfilled=self.unfilled_in(place), **fields)
            for fields, place in self.handlers("Retrier", value, pointer, language)
        )

    def read_catchers(self, row: Field, value: Any, pointer: str, language: str) -> tuple[Catcher, ...]:
        return tuple(Catcher(pointer=place, **fields) for fields, place in self.handlers("Catcher", value, pointer, language))

    def handlers(self, place: str, value: Any, pointer: str, language: str) -> list[tuple[dict[str, Any], str]]:
        found = self.objects(value, pointer)
        read = [(self.fields(place, item, where, language), where) for item, where in found]
        names = [
            (item["ErrorEquals"], f"{where}/ErrorEquals") for item, where in found if isinstance(item.get("ErrorEquals"), list)
        ]
        self.add(*validate.check_error_names(names))
        return [] if self.failed else read

    def read_choices(self, row: Field, value: Any, pointer: str, language: str) -> tuple[ChoiceRule, ...]:
        if value == []:
            self.wrong("Value cannot be empty", pointer)
        rules = []
        for item, place in self.objects(value, pointer):
            if language == "JSONata":
                fields = self.jsonata_rule(item, place)
            else:
                own = FIELDS["ChoiceRule"]
                comparison = {name: part for name, part in item.items() if name not in own}
                fields = self.fields("ChoiceRule", {name: part for name, part in item.items() if name in own}, place, language)
                if comparison or "Condition" not in item:
                    fields["condition"] = read_comparison(comparison, place, self)
            rules.append((fields, place))
        return () if self.failed else tuple(ChoiceRule(pointer=place, **fields) for fields, place in rules)

    def jsonata_rule(self, rule: dict[str, Any], pointer: str) -> dict[str, Any]:
        known = {}
        for name, part in rule.items():
            if is_comparison(name):
                self.other_language(name, "JSONPath", pointer, "JSONata")
            else:
                known[name] = part
        return self.fields("ChoiceRule", known, pointer, "JSONata")

    # Values

    def read_json(self, row: Field, value: Any, pointer: str, language: str) -> Any:
        return value

    def read_comment(self, row: Field, value: Any, pointer: str, language: str) -> str | None:
        return value if isinstance(value, str) else None

    def read_string(self, row: Field, value: Any, pointer: str, language: str) -> Any:
        if row.expression and language == "JSONata" and is_expression(value):
            return self.jsonata_operand(row, value, pointer)
        if not isinstance(value, str):
            self.wrong("Expected value of type String", pointer)
        elif row.name == "Label":
            self.labels.append((value, pointer))
            self.add(*validate.check_label(value, pointer))
        return Constant(row.name, value) if row.expression else value

    def read_boolean(self, row: Field, value: Any, pointer: str, language: str) -> Any:
        if not isinstance(value, bool):
            word = _WORDS.get(value.lower()) if isinstance(value, str) else None
            self.wrong("Expected value of type Boolean", pointer, f"write {word}" if word else "")
        return value

    def read_enum(self, row: Field, value: Any, pointer: str, language: str) -> Any:
        if not isinstance(value, str):
            hint = f'write "{value}", in quotes' if str(value) in row.values else ""  # Version: 1.0 in YAML
            self.wrong("Expected value of type String", pointer, hint)
        elif value not in row.values and not self.unfilled(value, pointer):
            hint = suggest(value, row.values, "did you mean {!r}?")
            self.wrong(f"Value should be one of the following: [{', '.join(row.values)}]", pointer, hint)  # [measured]
        return value

    def read_number(self, row: Field, value: Any, pointer: str, language: str) -> Any:
        expected = "Integer" if row.kind == "integer" else "Number"
        if row.expression and language == "JSONata" and is_expression(value):
            return self.jsonata_operand(row, value, pointer)
        if not (isinstance(value, int) if expected == "Integer" else is_number(value)) or isinstance(value, bool):
            pending = self.unfilled(value, pointer, text=False)
            if pending is not None:
                if not row.expression:
                    return _DEFAULTS[row.name]
                return TemplateOperand(Site(row.name, pointer), PayloadTemplate(pending))
            path = isinstance(value, str) and row.name + "Path" in _PATH_FIELDS
            hint = "a path goes into the field whose name ends in Path" if path else ""
            self.wrong(f"Expected value of type {expected}", pointer, hint)
        elif row.most is not None and value > row.most:
            self.wrong(f"Maximum value is {_shown(row, row.most)}", pointer)  # [reported]
        elif row.least is not None and value < row.least:
            self.wrong(f"Minimum value is {_shown(row, row.least)}", pointer)
        return Constant(row.name, value) if row.expression else value

    def read_strings(self, row: Field, value: Any, pointer: str, language: str) -> tuple[str, ...]:
        if not isinstance(value, list):
            self.wrong("Expected value of type Array", pointer)
            return ()
        if not value:
            self.wrong("Value cannot be empty", pointer)
        for index, item in enumerate(value):
            if not isinstance(item, str):
                self.wrong("Expected value of type String", f"{pointer}/{index}")
        return tuple(value)

    def read_timestamp(self, row: Field, value: Any, pointer: str, language: str) -> Any:
        if language == "JSONata" and is_expression(value):
            return self.jsonata_operand(row, value, pointer)
        if not isinstance(value, str):
            self.wrong("Expected value of type String", pointer)
        elif parse_timestamp(value) is None:
            pending = self.unfilled(value, pointer)
            if pending is not None:
                return TemplateOperand(Site(row.name, pointer), PayloadTemplate(pending))
            self.wrong("String does not match RFC3339 timestamp", pointer, TIMESTAMP_HINT)  # [recorded]
        return Constant(row.name, value)

    def read_resource(self, row: Field, value: Any, pointer: str, language: str) -> Resource | None:
        text = value if isinstance(value, str) else _of_template(value)
        if text is None:
            self.wrong("Expected value of type String", pointer)
            return None
        resource = parse_resource(text)
        holder = parent(pointer)
        if holder == self.state_pointer:
            self.add(*validate.check_resource(resource, pointer))
        else:
            self.add(*validate.check_object_resource(last(holder), resource, pointer))
        return resource

    # Expressions

    def refuse_payload(self, error: ExpressionSyntaxError, pointer: str) -> Unfilled | None:
        """The same for paths and intrinsics in a payload template, where AWS names the object that holds it [recorded]."""
        pending: list[Unfilled | None] = []
        for each in (error, *error.others):
            place, holder = pointer, pointer
            for key in each.path:
                holder, place = place, child(place, key)
            value = resolve(self.value, place)
            stand_in = self.unfilled(value, place)
            if stand_in is None:
                name = str(each.path[-1]) if each.path else last(place)
                message, hint = each.message, hint_of(each)
                if isinstance(value, str) or each.path:
                    hint = "; ".join(filter(None, (message, hint)))
                    message = f"The value for the field '{name}' must be a valid JSONPath or a valid intrinsic function call"
                self.add(Finding(each.code or SCHEMA, message, holder, hint, at=place, on_value=True, rule=EXPRESSION))
            pending.append(stand_in)
        return None if None in pending else pending[0]

    def warn(self, warnings: Iterable[str], pointer: str) -> None:
        for warning in warnings:
            self.add(Finding("QUESTIONABLE_EXPRESSION", warning, pointer, on_value=True, severity="WARNING"))

    def field_path(self, pointer: str) -> str:
        """A field as AWS names it in causes, relative to its state: `Catch[1]/Output`, `Choices[0]/Assign`."""
        return _INDEX.sub(r"[\1]", pointer[len(self.state_pointer) + 1 :])

    def read_template(self, row: Field, value: Any, pointer: str, language: str) -> PayloadTemplate | None:
        if row.name == "Assign":
            if not self.is_object(value, pointer):
                return None
            for key in value:  # in JSONata `.$` is a part of the name
                name = key if language == "JSONata" else key.removesuffix(".$")
                self.state_set.assigned.append((name, child(pointer, key), self.state_pointer))
        elif row.name == "Credentials" and not (language == "JSONata" and jsonata_source(value) is not None):
            if not self.is_object(value, pointer):
                return None
            if "RoleArn" not in value and (language == "JSONata" or "RoleArn.$" not in value):
                self.add(Finding(SCHEMA, "The field 'RoleArn' is required but was missing", pointer))  # [recorded]
        if language == "JSONata":
            return self.jsonata(value, pointer)
        try:
            template = compile_payload_template(value, row.name, pointer)
        except ExpressionSyntaxError as error:
            stand_in = self.refuse_payload(error, pointer)
            return PayloadTemplate(stand_in) if stand_in else None
        if not template.constant:
            self.warn(template.warnings, pointer)
            self.add(*validate.check_template(value, pointer))
        return template

    def read_template_operand(self, row: Field, value: Any, pointer: str, language: str) -> TemplateOperand:
        return self.jsonata_operand(row, value, pointer)

    def jsonata_operand(self, row: Field, value: Any, pointer: str) -> TemplateOperand:
        return TemplateOperand(Site(self.field_path(pointer), pointer), cast("PayloadTemplate", self.jsonata(value, pointer)))

    def jsonata(self, value: Any, pointer: str) -> PayloadTemplate | None:
        try:
            template = compile_jsonata_template(value, self.field_path(pointer), pointer)
        except ExpressionSyntaxError as error:
            stand_in = self.refuse(error, pointer)
            return PayloadTemplate(stand_in) if stand_in else None
        self.check_jsonata(value, pointer)
        return template

    def check_jsonata(self, value: Any, pointer: str) -> None:
        """What `$states` does not offer in a field, and text that looks like an expression and is none."""
        if isinstance(value, dict):
            for key, item in value.items():
                self.check_jsonata(item, child(pointer, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self.check_jsonata(item, f"{pointer}/{index}")
        elif isinstance(value, str) and "%" in value:
            source = jsonata_source(value)
            if source is not None:
                from pytest_sfn.expressions.jsonata import compile_jsonata

                used = compile_jsonata(source).states_used
                self.add(*validate.check_states_used(used, pointer, self.field_path(pointer), self.type))
            elif value.startswith("{%"):
                self.wrong(UNCLOSED, pointer, rule=EXPRESSION)
            elif value.strip().startswith("{%") or value.strip().endswith("%}"):
                message = "This is text, not an expression: an expression begins with {% and ends with %}, with nothing around"
                self.add(Finding("NO_EXPRESSION", message, pointer, on_value=True, severity="WARNING"))

    def read_condition(self, row: Field, value: Any, pointer: str, language: str) -> Any:
        if isinstance(value, bool):
            return _always if value else _never
        if not isinstance(value, str):
            self.wrong("Expected value of type String", pointer)
            return None
        try:
            condition = compile_jsonata_condition(value, self.field_path(pointer), pointer)
        except ExpressionSyntaxError as error:
            return self.refuse(error, pointer)
        self.check_jsonata(value, pointer)
        return condition

    def read_path(self, row: Field, value: Any, pointer: str, language: str) -> Path | None:
        return NULL_PATH if value is None else self.path(value, pointer)

    def path(self, value: Any, pointer: str) -> Path | None:
        if not isinstance(value, str):
            self.wrong("Expected value of type String", pointer)
            return None
        try:
            path = compile_path(value)
        except ExpressionSyntaxError as error:
            hint = "; ".join(filter(None, (error.message, hint_of(error))))
            self.wrong("Value must be a valid JSONPath.", pointer, hint, rule=EXPRESSION)  # [reported]
            return None
        self.warn(path.warnings, pointer)
        return path

    def read_result_path(self, row: Field, value: Any, pointer: str, language: str) -> Path | None:
        if value is None:
            return NULL_PATH
        if not isinstance(value, str):
            self.wrong("Expected value of type String", pointer)
            return None
        try:
            return compile_reference_path(value)
        except ExpressionSyntaxError as error:
            message = f"Value is not a Reference Path: {error.message}"  # [reported]
            self.wrong(message, pointer, hint_of(error), rule=EXPRESSION)
            return None

    def read_path_operand(self, row: Field, value: Any, pointer: str, language: str) -> PathOperand:
        path = self.path(value, pointer)
        if path is not None and not path.definite:
            message = "Value is not a Reference Path: it may find several values"
            self.wrong(message, pointer, "use names and indexes only", rule=EXPRESSION)
        elif path is not None and path.root == "$$" and row.name not in _TAKE_CONTEXT:  # [measured]
            hint = "copy what you need of the Context Object into the data, or into a variable, in a state before this one"
            self.wrong("Value is not a Reference Path", pointer, hint, rule=EXPRESSION)
        return PathOperand(Site(row.name, pointer, (), value), path)

    def read_intrinsic_operand(self, row: Field, value: Any, pointer: str, language: str) -> PathOperand:
        if not isinstance(value, str) or not value.startswith("States."):
            return self.read_path_operand(row, value, pointer, language)
        site = Site(row.name, pointer, (), value)
        try:
            return PathOperand(site, None, compile_expression(site))
        except ExpressionSyntaxError as error:
            stand_in = self.refuse_payload(error, pointer)
            return PathOperand(site, None, PayloadTemplate(stand_in) if stand_in else None)

    # The fields of a distributed Map

    def read_object(self, row: Field, value: Any, pointer: str, language: str) -> Any:
        if not self.is_object(value, pointer):
            return None
        fields = self.fields(row.name, value, pointer, language)
        self.add(*validate.check_together(row.name, value, pointer, language))
        if self.failed:
            return None
        if row.name == "ItemReader":
            config = fields.pop("reader_config", None) or {}
            return ItemReader(pointer=pointer, reader_config=value.get("ReaderConfig", {}), **fields, **config)
        if row.name == "ItemBatcher":
            return ItemBatcher(pointer=pointer, **fields)
        if row.name == "ResultWriter":
            return ResultWriter(pointer=pointer, writer_config=value.get("WriterConfig", {}), **fields)
        return fields


_TAKE_CONTEXT: Final = ("ItemsPath", "ErrorPath", "CausePath")
"""Of the fields that name a value of the data, those that may name one of the Context Object."""


def _shown(row: Field, bound: float) -> str:
    return str(float(bound)) if row.kind == "number" else str(int(bound))


_Reader = Callable[[_Parser, Field, Any, str, str], Any]
_READERS: Final[dict[str, _Reader]] = {
    "json": _Parser.read_json,
    "comment": _Parser.read_comment,
    "string": _Parser.read_string,
    "boolean": _Parser.read_boolean,
    "integer": _Parser.read_number,
    "number": _Parser.read_number,
    "enum": _Parser.read_enum,
    "strings": _Parser.read_strings,
    "timestamp": _Parser.read_timestamp,
    "target": _Parser.read_target,
    "resource": _Parser.read_resource,
    "path": _Parser.read_path,
    "result path": _Parser.read_result_path,
    "path operand": _Parser.read_path_operand,
    "intrinsic operand": _Parser.read_intrinsic_operand,
    "template": _Parser.read_template,
    "template operand": _Parser.read_template_operand,
    "condition": _Parser.read_condition,
    "states": _Parser.read_states,
    "branches": _Parser.read_branches,
    "processor": _Parser.read_processor,
    "retriers": _Parser.read_retriers,
    "catchers": _Parser.read_catchers,
    "choices": _Parser.read_choices,
    "object": _Parser.read_object,
}

_WORDS: Final = {**dict.fromkeys(("yes", "on", "true", "y"), "true"), **dict.fromkeys(("no", "off", "false", "n"), "false")}
"""What is meant by the words of YAML 1.1 and by texts, where a Boolean is expected."""
_INDEX: Final = re.compile(r"/(\d+)(?=/|$)")
_INSTEAD: Final = {
    "Parameters": "JSONata has Arguments",
    "InputPath": "JSONata reads $states.input in each expression",
    "OutputPath": "JSONata has Output",
    "ResultPath": "JSONata has Output",
    "ResultSelector": "JSONata has Output",
    "Result": "JSONata has Output",
    "ItemsPath": "JSONata has Items",
}
# In the place of a `${Name}` without a value, with which the machine or the Retrier is `unfilled`.
_DEFAULTS: Final[dict[str, Any]] = {
    "IntervalSeconds": 1,
    "MaxAttempts": 3,
    "BackoffRate": 2.0,
    "MaxDelaySeconds": None,
    "TimeoutSeconds": None,
}
_PATH_FIELDS: Final = frozenset(name for rows in FIELDS.values() for name, row in rows.items() if row.kind == "path operand")


def _always(data: Any, env: Any) -> bool:
    return True


def _never(data: Any, env: Any) -> bool:
    return False


def _of_template(value: Any) -> str | None:
    """A Resource written with a CloudFormation function, as the placeholder that Fn::Sub would have in its place."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    [(function, argument)] = value.items()
    if function == "Fn::Sub" and isinstance(argument, str):
        return argument
    if function == "Fn::GetAtt" and isinstance(argument, list) and all(isinstance(part, str) for part in argument):
        return f"${{{'.'.join(argument)}}}"
    return f"${{{argument}}}" if function in ("Ref", "Fn::GetAtt") and isinstance(argument, str) else None
