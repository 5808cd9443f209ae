"""Calls, compiled: of functions, of some of their arguments (`$f(?, 1)`), and by `~>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.jsonata import tree
from pytest_sfn.jsonata.errors import JsonataError, LimitError
from pytest_sfn.jsonata.evaluation import HOLE, Chain, Lambda, Native, Partial, Procedure, Scoped, TailCall
from pytest_sfn.jsonata.values import UNDEFINED, Sequence, Value, collapsed, truthy

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.jsonata.evaluation import Frame
    from pytest_sfn.jsonata.grouping import Compiler

    Run = Callable[[Value, Frame], Value]

__all__ = ["compile_apply", "compile_call", "compile_partial"]


def compile_call(compiler: Compiler, node: tree.Call, depth: int, *, tail: bool = False, first: Run | None = None) -> Run:
    """A call; *first* makes an argument in front of the others, `$x ~> $f(...)`."""
    if tail:
        depth = 0  # it is made when the function around it is over
    compiler.cost += 2  # a call takes longer than another node
    function = compiler.compile(node.function, depth + 1)
    arguments = [compiler.compile(argument, depth + 1) for argument in node.arguments]
    if first is not None:
        arguments.insert(0, first)
    only = arguments[0] if len(arguments) == 1 else None  # spares the comprehension
    name = _name(node.function)
    if name == "eval":
        compiler.defines = True
        function = _with_frame(function)
    token = name if isinstance(node.function, tree.Variable) else None
    position, function_position = node.position, node.function.position
    bare = isinstance(node.function, tree.Path)
    kept = node.keep or bool(node.predicates)
    direct = _bare_name(compiler, node.function)

    def run(data: Value, frame: Frame) -> Value:
        called = frame[direct] if direct else None
        if called.__class__ is not Native:  # most calls are of a function that needs no more than its name
            called = function(data, frame)
        if called is UNDEFINED and bare and name is not None and truthy(frame[name], frame.run):
            raise JsonataError("T1005", position, name)
        args = [only(data, frame)] if only else [argument(data, frame) for argument in arguments]
        if tail and called.__class__ is Lambda:
            return TailCall(called, args, token, function_position)
        budget = frame.run
        outer = budget.depth
        budget.depth = outer + depth
        try:
            if called.__class__ is Native and called.signature is not None:  # as `apply` does, without its loop
                args = called.signature.validate(args, data)
                nothing = args and args[0] is UNDEFINED and not called.takes_nothing
                result = UNDEFINED if nothing else called.implementation(budget, *args)
            else:
                result = budget.apply(called, args, data, name, position)
        except LimitError:
            raise
        except JsonataError as error:
            _located(error, name, position if called.__class__ is Native else error.position or position)
            raise
        budget.depth = outer
        return collapsed(result) if isinstance(result, Sequence) and not kept else result

    return run


def compile_partial(compiler: Compiler, node: tree.Partial, depth: int) -> Run:
    """A partial application."""
    arguments = [
        None if isinstance(argument, tree.Placeholder) else compiler.compile(argument, depth + 1) for argument in node.arguments
    ]
    function = compiler.compile(node.function, depth + 1)
    name = _name(node.function)
    position, bare = node.position, isinstance(node.function, tree.Path)

    def run(data: Value, frame: Frame) -> Value:
        args = [HOLE if argument is None else argument(data, frame) for argument in arguments]
        called = function(data, frame)
        if isinstance(called, Procedure):
            frame.run.keep_texts(args)
            return Partial(called, args)
        known = called is UNDEFINED and bare and name is not None and truthy(frame[name], frame.run)
        raise JsonataError("T1007" if known else "T1008", position, name)

    return run


def compile_apply(compiler: Compiler, node: tree.Apply, depth: int) -> Run:
    """`~>`: a call with the left operand in front of the arguments, or two functions one after the other."""
    left = compiler.compile(node.left, depth + 1)
    if isinstance(node.right, tree.Call) and not node.right.predicates:
        compiler.cost += 1
        return compile_call(compiler, node.right, depth, first=left)
    right = compiler.compile(node.right, depth + 1)
    position = node.position

    def run(data: Value, frame: Frame) -> Value:
        value = left(data, frame)
        function = right(data, frame)
        if not isinstance(function, Procedure):
            raise JsonataError("T2006", position, value=function)
        if isinstance(value, Procedure):
            return Chain(value, function)
        budget = frame.run
        outer = budget.depth
        budget.depth = outer + depth
        result = budget.apply(function, [value])
        budget.depth = outer
        return collapsed(result)

    return run


def _located(error: JsonataError, name: str | None, position: int) -> None:
    error.position = position
    error.token = error.token or name


def _name(node: tree.Node) -> str | None:
    """What errors call a function that is called."""
    if isinstance(node, tree.Path):
        node = node.steps[0]
    return node.name if isinstance(node, (tree.Name, tree.Variable)) else None


def _bare_name(compiler: Compiler, node: tree.Node) -> str | None:
    """The name of a function that is called by its name and needs nothing of the place where it is called."""
    if compiler.checked or not isinstance(node, tree.Variable) or node.name == "eval":
        return None
    return None if node.predicates or node.group or node.keep else node.name


def _with_frame(function: Run) -> Run:
    """`$eval`, which sees the variables of the place where it is called."""

    def run(data: Value, frame: Frame) -> Value:
        called = function(data, frame)
        return called.within(frame) if isinstance(called, Scoped) else called

    return run
