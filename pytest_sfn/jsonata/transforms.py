"""`|pattern|update, delete|`, compiled: a function that gives a changed copy of what it is called with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.evaluation import Native, Procedure
from pytest_sfn.jsonata.values import UNDEFINED, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.jsonata import tree
    from pytest_sfn.jsonata.evaluation import Evaluation, Frame
    from pytest_sfn.jsonata.grouping import Compiler

    Run = Callable[[Value, Frame], Value]

__all__ = ["compile_transform"]


class _Transform:
    """The parts of a transformation, compiled."""

    def __init__(self, compiler: Compiler, node: tree.Transform, depth: int) -> None:
        self.node = node
        self.pattern = compiler.compile(node.pattern, depth + 1)
        self.update = compiler.compile(node.update, depth + 1)
        self.delete = None if node.delete is None else compiler.compile(node.delete, depth + 1)

    def transformed(self, run: Evaluation, value: Value, frame: Frame) -> Value:
        """A changed copy of a value."""
        clone = frame["clone"]
        if not isinstance(clone, Procedure):
            raise JsonataError("T2013", self.node.position)
        result = run.apply(clone, [value])
        copied = _objects(result)
        found = self.pattern(result, frame)
        targets = found if isinstance(found, list) else () if found is UNDEFINED else (found,)
        run.step(len(targets))
        for target in targets:
            if isinstance(target, Procedure) and not target.truth:
                raise JsonataError("D1010", self.node.position)
            # the pattern may have led out of the copy: nobody sees such changes
            self.change(dict(target) if isinstance(target, dict) and id(target) not in copied else target, frame)
        return result

    def change(self, target: Value, frame: Frame) -> None:
        """Change an object of the copy; other values cannot be changed."""
        changes = self.update(target, frame)
        if changes is not UNDEFINED:
            if not isinstance(changes, dict):
                raise JsonataError("T2011", self.node.update.position, value=changes)
            frame.run.hold(8 * len(changes))
            if isinstance(target, dict):
                target.update(changes)
        if self.delete is None or self.node.delete is None:
            return
        names = self.delete(target, frame)
        if names is UNDEFINED:
            return
        listed = names if isinstance(names, list) else [names]
        if not all(isinstance(name, str) for name in listed):
            raise JsonataError("T2012", self.node.delete.position, value=names)
        for name in listed if isinstance(target, dict) else ():
            target.pop(name, None)


def compile_transform(compiler: Compiler, node: tree.Transform, depth: int) -> Run:
    """The closure that gives the function."""
    transform = _Transform(compiler, node, depth)
    return lambda data, frame: Native(lambda run, value: transform.transformed(run, value, frame), "<(oa):o>", arity=1)


def _objects(value: Value) -> set[int]:
    """The ids of all objects in a value."""
    found = set()
    values: list[Any] = [value]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            found.add(id(value))
            values += value.values()
        elif isinstance(value, list):
            values += value
    return found
