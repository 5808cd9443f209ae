"""The ways out of a Choice state, each with values for which it is taken.

The rules' own conditions decide: values that the texts of the rules suggest are put in, one combination after the other, until
the rule is the first whose condition holds. So nothing here needs to know what an operator or a JSONata function means.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import islice, product
from random import Random
from time import process_time
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.coverage.guesses import TEXT, TIMESTAMP, Node
from pytest_sfn.coverage.paths import member_steps, paths_in
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import PytestSfnError, StateError
from pytest_sfn.expressions.values import UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_sfn.asl.model import ChoiceState

__all__ = ["Exit", "Place", "Search", "exits"]

Place = tuple[str, tuple[str, ...]]
"""A root, as in paths.py ("" for the state's input), and steps."""

_ABSENT: Final = object()
_MOST_TRIED: Final = 2_000
"""So many combinations of values may look for one way out."""
_OTHER: Final = "other"
"""What no rule asks for."""
_LONGEST: Final = 10
"""Items of an array that is made to be counted."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a Choice state.

    Attributes:
        rule: the index of its rule; None for Default.
        target: the next state.
        values: what has to be where; None if nothing was found for which it is taken.
    """

    rule: int | None
    target: str
    values: Mapping[Place, Any] | None


class Search:
    """What is left for the search of values, for all Choice states of a machine.

    Args:
        tries: combinations of values.
        seconds: of processor time, the backstop: one evaluation of a JSONata expression may take long.
    """

    def __init__(self, tries: int = 50_000, seconds: float = 3.0) -> None:
        self._tries = tries
        self._seconds = seconds
        self._deadline = 0.0

    def __enter__(self) -> None:
        self._deadline = process_time() + self._seconds

    def __exit__(self, *_: object) -> None:
        self._seconds = self._deadline - process_time()

    def goes_on(self) -> bool:
        """Whether one more combination may be tried, which is counted."""
        self._tries -= 1
        return self._tries >= 0 and process_time() < self._deadline


def exits(choice: ChoiceState, fields: Mapping[str, Any], search: Search) -> list[Exit]:
    """Every way out of a Choice state, in the order of the text.

    Args:
        fields: the state as the definition has it.
    """
    finder = _Finder(choice, fields, search)
    with search:
        found = [Exit(index, rule.next, finder.values(index)) for index, rule in enumerate(choice.choices)]
        if choice.default is not None:
            found.append(Exit(None, choice.default, finder.values(None)))
    return found


class _Finder:
    def __init__(self, choice: ChoiceState, fields: Mapping[str, Any], search: Search) -> None:
        self.choice = choice
        self.search = search
        self.jsonata = choice.query_language == "JSONata"
        self.prefix = tuple(member_steps(fields.get("InputPath")) or ())
        read = _candidates_of_jsonata if self.jsonata else _candidates
        self.rules: list[dict[Place, list[Any]]] = []
        for rule in fields["Choices"]:
            places: dict[Place, list[Any]] = {}
            for place, values in read(rule):
                places.setdefault(place, []).extend(values)
            self.rules.append(places)

    def values(self, wanted: int | None) -> Mapping[Place, Any] | None:
        """Values for which a rule, or Default, is taken."""
        if not self.search.goes_on():  # the lists of thousands of rules take long too
            return None
        lists: dict[Place, list[Any]] = {}
        for place, values in self.rules[wanted].items() if wanted is not None else ():
            lists[place] = [*values]
        for places in self.rules[:wanted]:
            for place, values in places.items():
                lists.setdefault(place, []).extend([*values[1:], *values[:1]])
        tried = [_once([*values, _ABSENT]) for values in lists.values()]
        for combination in islice(product(*tried), _MOST_TRIED):
            if not self.search.goes_on():
                return None
            given = {place: value for place, value in zip(lists, combination, strict=True) if value is not _ABSENT}
            if self.takes(given) == (wanted,):
                return {(root, (*self.prefix, *steps) if not root else steps): value for (root, steps), value in given.items()}
        return None

    def takes(self, given: Mapping[Place, Any]) -> tuple[int | None] | None:
        """The index of the rule that is taken, None for Default; nothing for an error."""
        env = _Env(given)
        data = env.roots.get("")
        subject = {"input": data} if self.jsonata else data
        try:
            for index, rule in enumerate(self.choice.choices):
                if rule.condition(subject, env):
                    return (index,)
        except (StateError, PytestSfnError):
            return None
        return (None,)


class _Env:
    """An execution that has nothing but these values."""

    def __init__(self, given: Mapping[Place, Any]) -> None:
        nodes: dict[str, Node] = {"": Node()}
        for (root, steps), value in given.items():
            nodes.setdefault(root, Node()).at([*steps]).guess = value
        self.roots = {root: node.value() for root, node in nodes.items()}
        if not nodes[""].members and nodes[""].item is None and ("", ()) not in given:
            self.roots[""] = {}

    def context_object(self) -> dict[str, Any]:
        item = {"Item": {"Index": 0, "Value": self.roots.get("item", {})}}
        execution = {"Input": self.roots.get("execution", {}), "StartTime": TIMESTAMP}
        return {"Execution": execution, "State": {"EnteredTime": TIMESTAMP}, "Map": item}

    def variable(self, name: str) -> Any:
        return self.roots.get(name, UNDEFINED)

    def variables(self) -> Mapping[str, Any]:
        return {name: value for name, value in self.roots.items() if name not in ("", "item", "execution")}

    def random(self, purpose: str) -> Random:
        return Random(purpose)

    def now(self) -> datetime:
        return datetime(2024, 1, 1, tzinfo=UTC)


def _once(values: Sequence[Any]) -> list[Any]:
    """Each value once; 1 and True are two."""
    return list({(type(value), repr(value)): value for value in values}.values())


# -- JSONPath --------------------------------------------------------------------------------------------------------------

_TIMES: Final = ("1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z")
_OF_TESTS: Final[Mapping[str, list[Any]]] = {
    "IsPresent": [TEXT], "IsNull": [None, TEXT], "IsString": [TEXT, 1], "IsNumeric": [1, TEXT], "IsBoolean": [True, TEXT],
    "IsTimestamp": [TIMESTAMP, TEXT],
}  # fmt: skip
_OF_PATHS: Final[Mapping[str, list[Any]]] = {
    "String": [TEXT, "w", "y"], "Numeric": [1, 0, 2], "Boolean": [True, False], "Timestamp": [TIMESTAMP, *_TIMES],
}  # fmt: skip


def _candidates(rule: Any) -> Iterator[tuple[Place, list[Any]]]:
    """Each path that a rule compares, with values to try, the likeliest first."""
    if isinstance(rule, list):
        for each in rule:
            yield from _candidates(each)
    elif isinstance(rule, dict) and "Variable" in rule:
        for operator, operand in rule.items():
            if operator.endswith("Path"):
                kind = next((name for name in _OF_PATHS if operator.startswith(name)), "String")
                for path in (rule["Variable"], operand):
                    yield from ((place, _OF_PATHS[kind]) for place in _places(path))
            elif operator not in ("Variable", "Next", "Comment", "Assign"):
                values = _OF_TESTS.get(operator) or _near(operator, operand)
                yield from ((place, values) for place in _places(rule["Variable"]))
    elif isinstance(rule, dict):
        yield from _candidates([rule[name] for name in ("And", "Or", "Not") if name in rule])


def _places(path: Any) -> Iterator[Place]:
    if isinstance(path, str):
        yield from ((root, tuple(steps)) for root, steps, _ in paths_in(path, "Variable", jsonata=False))


def _near(operator: str, operand: Any) -> list[Any]:
    """The operand, and values beside it."""
    if operator == "StringMatches":
        return [re.sub(r"\\(.)|\*", lambda match: match[1] or TEXT, operand), TEXT]
    if operator.startswith("Timestamp"):
        return [operand, *_TIMES]
    if isinstance(operand, bool):
        return [operand, not operand]
    if isinstance(operand, str) and "Equals" in operator and operand.lower() != _OTHER:
        return [operand, _OTHER.upper() if operand.isupper() else _OTHER, operand + TEXT, ""]
    if isinstance(operand, str):
        return [operand, operand + TEXT, ""]
    return [operand, operand + 1, operand - 1]


# -- JSONata ---------------------------------------------------------------------------------------------------------------

_LITERAL: Final = re.compile(r"""\$|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(?<![\w.\[])(\d+(?:\.\d+)?)(?![\w\]])""")


def _candidates_of_jsonata(rule: Any) -> Iterator[tuple[Place, list[Any]]]:
    text = rule.get("Condition")
    if not isinstance(text, str):
        return
    counts = "$count(" in text or "$length(" in text
    for root, steps, guess in paths_in(text, "Condition", jsonata=True):
        after = text[max(text.find(steps[-1]), 0) :] if steps else text
        literals = [*_literals(after, counts=counts), *_literals(text, counts=counts)]
        root = "" if root == "input" else root
        yield (root, tuple(steps)), [*literals, guess, True, False, TEXT, 1, 0, [], [TEXT], {}, None]


def _literals(text: str, *, counts: bool) -> Iterator[Any]:
    for match in _LITERAL.finditer(text):
        if match[3] is not None:
            number = float(match[3]) if "." in match[3] else int(match[3])
            if counts and number <= _LONGEST:
                yield [TEXT] * int(number)
                yield [TEXT] * (int(number) + 1)
            yield from (number, number + 1, number - 1)
        elif match[0] != "$":
            yield match[1] if match[1] is not None else match[2]
