"""What a route asks of the execution's input and of the answers of its tasks.

The route is gone through backwards. What a state's successors read of its output is asked of what the output is made of: the
task's result, the state's input, variables. What is left at the start is asked of the input.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import MapState, ParallelState, PassState, TaskState
from pytest_sfn.asl.pointer import resolve
from pytest_sfn.coverage.guesses import TEXT, Node
from pytest_sfn.coverage.paths import member_steps, paths_in
from pytest_sfn.coverage.samples import Needs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_sfn.asl.model import State
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.scenarios.routes import Route, Step

__all__ = ["Flow"]

_PARSED: Final = re.compile(r"(?:States\.StringToJson\(|\{%\s*\$parse\()([^(),]+)\)([\w.\[\]]*)\s*(?:%\})?")
"""A text that is read as JSON: its path, and what is read of it at once."""
_SPLIT: Final = re.compile(
    r"""(?:States\.ArrayGetItem\(\s*States\.StringSplit\(|\{%\s*\$split\()\s*([^(),]+?)\s*,\s*(['"])(.+?)\2\s*\)"""
    r"(?:\s*,\s*|\[)(\d{1,2})(?:\)|\]\s*%\})"
)
"""A part of a text: its path, the separators, and which part."""
_MERGES: Final = ("JsonMerge", "$merge")
"""What they give has the members of all that they take."""


class Flow:
    """What the states of a route ask for.

    Attributes:
        input: of the execution.
        results: of the tasks, by name: raw, before ResultSelector.
        items: of Maps that read them from S3, by name: one item.
        variables: those that nothing before has assigned.
    """

    def __init__(self, machine: StateMachine, route: Route) -> None:
        self._definition = machine.definition
        self.results: dict[str, Node] = {}
        self.items: dict[str, Node] = {}
        self.variables: dict[str, Node] = {}
        self._execution = Node()
        self._item: list[Node] = []
        self.input = self._through(route, Node())
        self.input.add(self._execution)

    def _through(self, route: Route, wanted: Node) -> Node:
        for step in reversed(route):
            fields = resolve(self._definition, step.state.pointer)
            wanted = _State(self, step, fields).ask_for(wanted)
        return wanted

    def root(self, name: str) -> Node:
        """What a path that begins neither in the input nor in the result leads into."""
        if name == "execution":
            return self._execution
        if name == "item":
            return self._item[-1] if self._item else Node()
        return self.variables.setdefault(name, Node())

    def body(self, route: Route, wanted: Node, item: Node | None) -> Node:
        """What a route inside of a state asks of its input.

        Args:
            item: collects what it asks of the item of a Map.
        """
        if item is None:
            return self._through(route, wanted)
        with self.inside(item):
            return self._through(route, wanted)

    @contextmanager
    def inside(self, item: Node) -> Iterator[None]:
        """Where `item` collects what is asked of the item of a Map."""
        self._item.append(item)
        try:
            yield
        finally:
            self._item.pop()

    def ask_of_context(self, needs: Needs, *, item: bool) -> None:
        """What a state asks of the execution's input, of variables and, if it is wanted, of the item around it."""
        self._execution.add(needs.execution)
        if item:
            self.root("item").add(needs.item)
        for name, node in needs.variables.items():
            self.root(name).add(node)


class _State:
    """One state of a route.

    Attributes:
        raw: what is asked of its input.
        effective: what is asked of it after InputPath, which becomes a part of `raw`.
        result: what is asked of its result, before ResultSelector.
    """

    def __init__(self, flow: Flow, step: Step, fields: Mapping[str, Any]) -> None:
        self.flow = flow
        self.step = step
        self.state: State = step.state
        self.fields = fields
        self.jsonata = step.state.query_language == "JSONata"
        self.has_result = isinstance(step.state, (TaskState, MapState, ParallelState))
        self.raw, self.effective, self.result = Node(), Node(), Node()

    def ask_for(self, wanted: Node) -> Node:
        """What is asked of the state's input, if so much is asked of its output.

        Against the order of the run: what later states read is asked first, since they know more of the values, and the first
        guess stays. The work comes after the output, which asks for results; the state's own fields come last.
        """
        self.ask_for_variables()
        self.ask_for_output(wanted)
        self.ask_for_work()
        steps = member_steps(self.fields.get("InputPath"))
        if steps is not None:
            self.raw.at(steps).add(self.effective)
        self.ask_for_fields()
        return self.raw

    @property
    def outlet(self) -> Mapping[str, Any]:
        """What has Output and Assign: the rule that a Choice state takes, or the state."""
        way = self.step.way
        rule: Mapping[str, Any] = self.fields["Choices"][way.rule] if way is not None and way.rule is not None else {}
        return {**self.fields, **rule}

    def ask(self, root: str, steps: list[str], wanted: Node) -> None:
        """Ask for something where a path leads to: root "" is the effective input."""
        node = self.effective if root in ("", "input") else self.result if root == "result" else self.flow.root(root)
        node.at(steps).add(wanted)

    def ask_of_result(self, root: str, steps: list[str], wanted: Node) -> None:
        self.ask("result" if root == "" else root, steps, wanted)

    def ask_for_variables(self) -> None:
        """What is read of variables that the state assigns."""
        assign = self.outlet.get("Assign")
        if not isinstance(assign, dict):
            return
        wanted = Node()
        for name in assign:
            found = self.flow.variables.pop(name.removesuffix(".$"), None)
            if found is not None:
                wanted.members[name.removesuffix(".$")] = found
        self.ask_through(assign, wanted, self.ask_of_result if self.has_result and not self.jsonata else self.ask)

    def ask_for_output(self, wanted: Node) -> None:
        """What is read of the output, asked of what it is made of."""
        if self.jsonata:
            if "Output" in self.outlet:
                self.ask_through(self.outlet["Output"], wanted, self.ask)
            else:
                (self.result if self.has_result else self.effective).add(wanted)
            return
        steps = member_steps(self.fields.get("OutputPath"))
        whole = Node()
        if steps is not None and not ("OutputPath" in self.fields and self.fields["OutputPath"] is None):
            whole.at(steps).add(wanted)
        if not self.has_result and not isinstance(self.state, PassState):
            self.effective.add(whole)
            return
        place = member_steps(self.fields["ResultPath"]) if "ResultPath" in self.fields else []
        if place is None or self.fields.get("ResultPath", "") is None:
            self.raw.add(whole)
            return
        if place:
            self.raw.ask([], {})  # to put the result in
            self.raw.add(_without(whole, place))
            whole = whole.at(place)
        self.ask_for_result(whole)

    def ask_for_result(self, wanted: Node) -> None:
        """What is asked of what goes to ResultPath."""
        if "ResultSelector" in self.fields:
            self.ask_through(self.fields["ResultSelector"], wanted, self.ask_of_result)
        elif self.has_result:
            self.result.add(wanted)
        elif "Result" not in self.fields:
            if "Parameters" in self.fields:
                self.ask_through(self.fields["Parameters"], wanted, self.ask)
            else:
                self.effective.add(wanted)

    def ask_for_work(self) -> None:
        """What the state's work asks for: the result of a task, the states inside."""
        if isinstance(self.state, TaskState):
            own = self._own().result
            self.result.add(own)
            self.flow.results.setdefault(self.state.name, Node()).add(self.result)
        elif isinstance(self.state, ParallelState):
            given = self.fields.get("Arguments" if self.jsonata else "Parameters")
            for route in self.step.inside:
                inside = self.flow.body(route, _item(self.result), None)
                if given is None:
                    self.effective.add(inside)
                else:
                    self.ask_through(given, inside, self.ask)
        elif isinstance(self.state, MapState):
            self.ask_for_iterations(self.state)

    def ask_for_iterations(self, state: MapState) -> None:
        item = Node()
        inside = self.flow.body(self.step.inside[0], _item(self.result), item)
        batcher = self.fields.get("ItemBatcher")
        if batcher is not None:
            self.ask_through(batcher.get("BatchInput", {}), inside.at(["BatchInput"]), self.ask)
            inside = _item(inside.at(["Items"]))
        selector = self.fields.get("ItemSelector", self.fields.get("Parameters"))
        item.add(Needs.of_state({"ItemSelector": selector}, jsonata=self.jsonata).item)
        if selector is None:
            item.add(inside)
        else:
            with self.flow.inside(item):
                self.ask_through(selector, inside, self.ask)
        self.ask_for_items(state, item)

    def ask_for_items(self, state: MapState, item: Node) -> None:
        """Ask for items where the Map has them from."""
        if state.item_reader is not None:
            self.flow.items.setdefault(state.name, Node()).add(item)
            return
        items = Node()
        items.guess, items.item = [], item
        source = self.fields.get("Items" if self.jsonata else "ItemsPath")
        if source is None:
            self.effective.add(items)
        elif isinstance(source, str) and not self.jsonata and source.startswith("$$."):
            self.ask_through({"items.$": source}, _member("items", items), self.ask)
        else:
            self.ask_through({"items" if self.jsonata else "items.$": source}, _member("items", items), self.ask)

    def ask_for_fields(self) -> None:
        """What the fields of the state itself ask for."""
        way = self.step.way
        for (root, steps), value in (way.values or {}).items() if way is not None else ():
            node = self.raw if root in ("", "input") else self.flow.root(root)
            node.at([*steps]).guess = value
        own = self._own()
        self.raw.add(own.input)
        self.flow.ask_of_context(own, item=not isinstance(self.state, MapState))

    def _own(self) -> Needs:
        fields = {name: value for name, value in self.fields.items() if name != "Choices"}
        return Needs.of_state(fields, jsonata=self.jsonata, task=self.state if isinstance(self.state, TaskState) else None)

    def ask_through(self, template: Any, wanted: Node, ask: Callable[[str, list[str], Node], None]) -> None:
        """Ask for what is read of something that a template makes."""
        if isinstance(template, dict):
            for name, value in template.items():
                if name.endswith(".$"):
                    self.ask_through_expression(value, wanted.members.get(name[:-2]), ask)
                else:
                    self.ask_through(value, wanted.members.get(name) or Node(), ask)
        elif isinstance(template, list):
            for value in template:
                self.ask_through(value, _item(wanted), ask)
        elif isinstance(template, str) and template.startswith("{%"):
            self.ask_through_expression(template, wanted, ask)

    def ask_through_expression(self, text: Any, wanted: Node | None, ask: Callable[[str, list[str], Node], None]) -> None:
        """Ask for what is read of what an expression gives, if that is a path or puts objects together."""
        if wanted is None or not isinstance(text, str):
            return
        made = _from_text(text, wanted)
        if made is not None:
            path, value = made
            wanted, text = _value(value), path if not self.jsonata else f"{{% {path} %}}"
        found = [*paths_in(text, "", jsonata=self.jsonata)]
        merges = any(name in text for name in _MERGES)
        alone = len(found) == 1 and not any(letter in text for letter in "(,=+?")
        if alone or merges:
            for root, steps, _ in found:
                ask(root, steps, wanted)


def _from_text(text: str, wanted: Node) -> tuple[str, str] | None:
    """The path of a text that an expression takes apart, and a text that gives what is read of it; None for another one."""
    parsed = _PARSED.fullmatch(text)
    if parsed is not None:
        whole = Node()
        whole.at(member_steps(f"${parsed[2]}") or []).add(wanted)
        value = whole.value()
        return parsed[1], json.dumps({} if value == TEXT else value)
    split = _SPLIT.fullmatch(text)
    if split is not None and isinstance(wanted.guess, str):
        path, separator, index = split[1], split[3][0], int(split[4])
        return path, separator.join([*[TEXT] * index, wanted.guess])
    return None


def _value(value: Any) -> Node:
    found = Node()
    found.guess = value
    return found


def _item(node: Node) -> Node:
    """What is asked of the items of an array, or of the array itself through a wildcard."""
    found = Node()
    if node.item is not None:
        found.add(node.item)
    for name, member in node.members.items():
        found.members.setdefault(name, Node()).add(member)
    return found


def _member(name: str, node: Node) -> Node:
    found = Node()
    found.members[name] = node
    return found


def _without(node: Node, place: list[str]) -> Node:
    """A copy of a node without what is asked at a place, and without what only led there."""
    found = Node()
    found.add(node)
    _remove(found, place)
    return found


def _remove(node: Node, place: list[str]) -> None:
    name, *rest = place
    member = node.members.get(name)
    if member is None:
        return
    if rest:
        _remove(member, rest)
    if not rest or not (member.members or member.item):
        del node.members[name]
