"""JSONata 2.0.6: jsonata-python's evaluator with what it gets wrong put right.

`Program` is a compiled expression; `Program.evaluate` runs it once, on an `Evaluator` of its own, so that programs may
be shared by threads and cached for ever. `Evaluator` is a private subclass of the library's: paths, tuples (`@`, `#`,
`%`), blocks and conditions are the library's; replaced are

* `eval`, the one way into every node: a table instead of a chain of comparisons, and the bounds of an evaluation
  (depth, time, memory), which the library counts from the time an expression is *compiled*;
* operators: JavaScript's arithmetic, the reference's type errors with position and token;
* grouping, sorting, the array constructor: input is never written to, order is the reference's;
* functions: built-in ones from our own table, lambdas, partial application, chains, errors that name the function.

Nothing here knows AWS; `aws.py` puts its dialect on top.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from pytest_sfn.expressions.jsonata.closures import HOLE, Chain, Lambda, Partial, Regex
from pytest_sfn.expressions.jsonata.errors import BOUND_CODE, MEMORY, STACK, TIME, JsonataError
from pytest_sfn.expressions.jsonata.functions import INHERITED, NATIVES, Inherited, Native, append, lookup, merge_sort
from pytest_sfn.expressions.jsonata.library import Jsonata
from pytest_sfn.expressions.jsonata.messages import message_of
from pytest_sfn.expressions.jsonata.operators import ARITHMETIC, calculate, compare, included, kind_of
from pytest_sfn.expressions.jsonata.signatures import Signature
from pytest_sfn.expressions.jsonata.strings import string
from pytest_sfn.expressions.jsonata.syntax import RegexLiteral, parse
from pytest_sfn.expressions.jsonata.values import (
    NULL,
    Function,
    JList,
    deep_equal,
    from_jsonata,
    is_function,
    is_number,
    number,
    sequence,
    to_jsonata,
    truth,
)

__all__ = ["BUILT_IN", "Bounds", "Program", "Scope"]


class Bounds:
    """What one evaluation may use.

    Attributes:
        seconds: of real time, regular expressions included.
        depth: of nested nodes being evaluated, as the reference's test harness counts them.
        memory: bytes an evaluation may hold, eight to an array element and one to a character; None for no bound.
    """

    __slots__ = ("depth", "memory", "seconds")

    def __init__(self, seconds: float = 5.0, depth: int = 1000, memory: int | None = None) -> None:
        self.seconds = seconds
        self.depth = depth
        self.memory = memory


class Scope:
    """Variables by name, and the scope around."""

    __slots__ = ("bindings", "parent")

    def __init__(self, parent: Scope | None, bindings: dict[str, Any] | None = None) -> None:
        self.bindings: dict[str, Any] = {} if bindings is None else bindings
        self.parent = parent

    def bind(self, name: str, value: Any) -> None:
        self.bindings[name] = value

    def lookup(self, name: str) -> Any:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bindings:
                return scope.bindings[name]
            scope = scope.parent
            if scope.__class__ is not Scope and scope is not None:
                return scope.lookup(name)
        return None


class _Parent:
    """What stands for the library's parser inside its evaluator."""

    dbg = False


Rule = Callable[["Evaluator", Any, Any, Any], Any]


class Evaluator(Jsonata):  # type: ignore[misc]
    """One evaluation."""

    def __init__(self, clock: Callable[[], int], generator: Callable[[str], random.Random], bounds: Bounds) -> None:
        # Jsonata.__init__ would parse, and make itself the thread's current expression
        self.parser = _Parent
        self._clock = clock
        self._generator = generator
        self._now: int | None = None
        self._bounds = bounds
        self._depth = 0
        self._steps = 0
        self._held = 0
        self._deadline = time.monotonic() + bounds.seconds

    def millis(self) -> int:
        """The time of this evaluation: one and the same however often it is asked."""
        if self._now is None:
            self._now = self._clock()
        return self._now

    def random(self, purpose: str = "jsonata") -> random.Random:
        """The generator for a purpose: what is behind `$random` and `$shuffle`, or another one."""
        return self._generator(purpose)

    # Bounds

    def hold(self, size: int) -> None:
        """Account for a list or text about to be made."""
        if self._bounds.memory is not None and size > self._bounds.memory:
            raise JsonataError(BOUND_CODE, message=MEMORY)

    def search(self, literal: RegexLiteral, text: str, start: int) -> Any:
        left = max(0.001, self._deadline - time.monotonic())
        try:
            return literal.compiled().search(text, start, timeout=left)
        except TimeoutError:
            raise JsonataError(BOUND_CODE, message=TIME) from None

    # The way into every node

    def eval(self, expr: Any, input: Any, environment: Any) -> Any:
        depth = self._depth = self._depth + 1
        if depth > self._bounds.depth:
            raise JsonataError(BOUND_CODE, message=STACK)
        self._steps += 1
        if not self._steps & 127 and time.monotonic() > self._deadline:
            raise JsonataError(BOUND_CODE, message=TIME)
        kind = expr.type
        result = _RULES[kind](self, expr, input, environment)
        if expr.predicate is not None:
            for predicate in expr.predicate:
                result = self.evaluate_filter(predicate.expr, result, environment)
        if expr.group is not None and kind != "path":
            result = self.evaluate_group_expression(expr.group, result, environment)
        self._depth = depth - 1
        if result.__class__ is JList and result.sequence and not result.tuple_stream:
            if expr.keep_array:
                result.keep_singleton = True
            if not result:
                return None
            if len(result) == 1 and not result.keep_singleton:
                return result[0]
        return result

    def create_frame(self, enclosing_environment: Any = None, bindings: dict[str, Any] | None = None) -> Scope:
        return Scope(enclosing_environment, bindings)

    def create_frame_from_tuple(self, environment: Any, tuple: Any) -> Scope:
        return Scope(environment, dict(tuple) if tuple is not None else None)

    # Leaves

    def _name(self, expr: Any, input: Any, environment: Any) -> Any:
        return lookup(input, expr.value)

    def _literal(self, expr: Any, input: Any, environment: Any) -> Any:
        return expr.value

    def _variable(self, expr: Any, input: Any, environment: Any) -> Any:
        if expr.value:
            return environment.lookup(expr.value)
        return input[0] if input.__class__ is JList and input.outer_wrapper else input

    def _parent(self, expr: Any, input: Any, environment: Any) -> Any:
        return environment.lookup(expr.slot.label)

    def _regex(self, expr: Any, input: Any, environment: Any) -> Any:
        return Regex(expr.value, expr.position)

    def _wildcard(self, expr: Any, input: Any, environment: Any) -> Any:
        return self.evaluate_wildcard(expr, input)

    def _descendants(self, expr: Any, input: Any, environment: Any) -> Any:
        return self.evaluate_descendants(expr, input)

    def evaluate_condition(self, expr: Any, input: Any, environment: Any) -> Any:
        if truth(self.eval(expr.condition, input, environment)):
            return self.eval(expr.then, input, environment)
        return None if expr._else is None else self.eval(expr._else, input, environment)

    # Filters and steps

    def evaluate_path(self, expr: Any, input: Any, environment: Any) -> Any:
        """Step by step; a short way for names read one after the other from objects."""
        names = expr.__dict__.get("names", _UNKNOWN)
        if names is _UNKNOWN:
            names = expr.names = _plain_names(expr)
        if names is not None and self._depth < self._bounds.depth:
            first = expr.steps[0]
            value = environment.lookup(first.value) if first.type == "variable" else input
            for name in names:
                if value.__class__ is not dict:
                    break
                value = value.get(name)
            else:
                if value.__class__ is not JList:
                    return value
        steps = expr.steps
        result: Any = None
        tuples: Any = None
        streaming = False
        current = input if isinstance(input, list) and steps[0].type != "variable" else sequence((input,))
        for index, step in enumerate(steps):
            streaming = streaming or step.tuple is not None
            if index == 0 and step.consarray:
                result = self.eval(step, current, environment)
            elif streaming:
                tuples = self.evaluate_tuple_step(step, current, tuples, environment)
            else:
                result = self.evaluate_step(step, current, environment, index == len(steps) - 1)
            if not streaming and (result is None or (isinstance(result, list) and not result)):
                break
            if step.focus is None:
                # an array constructor in front may give something else when it is filtered or grouped: no items
                current = result if isinstance(result, (list, str)) or streaming else ()
        if streaming:
            result = tuples if expr.tuple is not None else sequence(item["@"] for item in tuples or ())
        if expr.keep_singleton_array and isinstance(result, list):
            kept: Any = result if result.__class__ is JList else JList(result)
            result = sequence((kept,)) if kept.cons and not kept.sequence else kept
            result.keep_singleton = True
        if expr.group is not None:
            result = self.evaluate_group_expression(expr.group, tuples if streaming else result, environment)
        return result

    def evaluate_filter(self, predicate: Any, input: Any, environment: Any) -> Any:
        tuples = input.__class__ is JList and input.tuple_stream
        results = sequence()
        results.tuple_stream = tuples
        items = input if isinstance(input, list) else [input]  # undefined is an item, too
        size = len(items)
        if predicate.type == "number":
            index = math.floor(predicate.value)
            if index < 0:
                index += size
            if 0 <= index < size and items[index] is not None:
                if isinstance(items[index], list):
                    return items[index]
                results.append(items[index])
            return results
        for position, item in enumerate(items):
            if tuples:
                chosen = self.eval(predicate, item["@"], self.create_frame_from_tuple(environment, item))
            else:
                chosen = self.eval(predicate, item, environment)
            if chosen is True:
                results.append(item)
            elif is_number(chosen) or (isinstance(chosen, list) and all(map(is_number, chosen))):
                for wanted in chosen if isinstance(chosen, list) else (chosen,):
                    wanted = math.floor(wanted)
                    if (wanted + size if wanted < 0 else wanted) == position:
                        results.append(item)
            elif truth(chosen):
                results.append(item)
        return results

    # Operators

    def evaluate_binary(self, expr: Any, input: Any, environment: Any) -> Any:
        op = expr.value
        left = self.eval(expr.lhs, input, environment)
        try:
            if op == "and":
                return truth(left) and truth(self.eval(expr.rhs, input, environment))
            if op == "or":
                return truth(left) or truth(self.eval(expr.rhs, input, environment))
            right = self.eval(expr.rhs, input, environment)
            arithmetic = ARITHMETIC.get(op)
            if arithmetic is not None:
                return calculate(arithmetic, left, right)
            if op in {"=", "!="}:
                return left is not None and right is not None and deep_equal(left, right) is (op == "=")
            if op == "&":
                return self._concatenate(left, right)
            if op == "in":
                return included(left, right)
            if op == "..":
                return self._range(left, right)
            return compare(op, left, right)
        except JsonataError as error:
            if error.code != BOUND_CODE:
                error.position, error.token = expr.position, op
            raise

    def _concatenate(self, left: Any, right: Any) -> str:
        first = left if left.__class__ is str else string(left) or ""
        second = right if right.__class__ is str else string(right) or ""
        self.hold(len(first) + len(second))
        return str(first + second)

    def _range(self, first: Any, last: Any) -> Any:
        for code, value in (("T2003", first), ("T2004", last)):
            if value is not None and not (value.__class__ is int or (value.__class__ is float and value.is_integer())):
                raise JsonataError(code, value=value)
        if first is None or last is None or first > last:
            return None
        size = int(last) - int(first) + 1
        if size > 10_000_000:
            raise JsonataError("D2014", value=size)
        self.hold(8 * size)
        return sequence(range(int(first), int(last) + 1))

    def evaluate_unary(self, expr: Any, input: Any, environment: Any) -> Any:
        op = expr.value
        if op == "{":
            return self.evaluate_group_expression(expr, input, environment)
        if op == "-":
            value = self.eval(expr.expression, input, environment)
            if value is None:
                return None
            if not is_number(value):
                raise JsonataError("D1002", expr.position, op, value=value)
            return number(-value)
        result = JList()
        for item in expr.expressions:
            value = self.eval(item, input, environment)
            if value is None:
                continue
            if item.value == "[" or not isinstance(value, list):
                result.append(value)
            else:
                result.extend(value)
        self.hold(8 * len(result))
        if expr.consarray:
            result.cons = True
        return result

    def evaluate_group_expression(self, expr: Any, input: Any, environment: Any) -> Any:
        tuples = input.__class__ is JList and input.tuple_stream
        items = input if isinstance(input, list) and input else [None] if isinstance(input, list) else [input]
        groups: dict[str, tuple[Any, int]] = {}
        for item in items:
            scope = self.create_frame_from_tuple(environment, item) if tuples else environment
            context = item["@"] if tuples and item is not None else item
            for index, pair in enumerate(expr.lhs_object):
                key = self.eval(pair[0], context, scope)
                if key is None:
                    continue
                if not isinstance(key, str):
                    raise JsonataError("T1003", expr.position, value=key)
                known = groups.get(key)
                if known is None:
                    groups[key] = item, index
                elif known[1] != index:
                    raise JsonataError("D1009", expr.position, value=key)
                else:
                    groups[key] = append(known[0], item), index
        result = {}
        for key, (context, index) in groups.items():
            scope = environment
            if tuples:
                bindings = _reduced(context or {})
                context = bindings.pop("@", None)
                scope = Scope(environment, bindings)
            value = self.eval(expr.lhs_object[index][1], context, scope)
            if value is not None:
                result[key] = value
        return result

    def evaluate_sort_expression(self, expr: Any, input: Any, environment: Any) -> Any:
        tuples = input.__class__ is JList and input.tuple_stream

        def term_of(term: Any, item: Any) -> Any:
            if tuples:
                return self.eval(term.expression, item["@"], self.create_frame_from_tuple(environment, item))
            return self.eval(term.expression, item, environment)

        def swap(a: Any, b: Any) -> bool:
            for term in expr.terms:
                left, right = term_of(term, a), term_of(term, b)
                if left is None or right is None:
                    if left is right:
                        continue
                    return left is None
                kinds = [kind_of(left), kind_of(right)]
                if "" in kinds:
                    raise JsonataError("T2008", expr.position, value=left if kinds[0] == "" else right)
                if kinds[0] != kinds[1]:
                    raise JsonataError("T2007", expr.position, value=left, value2=right)
                if left != right:
                    return bool((left > right) is not term.descending)
            return False

        return merge_sort(input, swap) if len(input) > 1 else input

    # Functions

    def _lambda(self, expr: Any, input: Any, environment: Any) -> Any:
        return Lambda(expr, input, environment)

    def _function(self, expr: Any, input: Any, environment: Any) -> Any:
        return self._call_expression(expr, input, environment, [])

    def _call_expression(self, expr: Any, input: Any, environment: Any, args: list[Any]) -> Any:
        procedure = expr.procedure
        function = self.eval(procedure, input, environment)
        name = procedure.steps[0].value if procedure.type == "path" else procedure.value
        if function is None and procedure.type == "path" and environment.lookup(name) is not None:
            raise JsonataError("T1005", expr.position, name)
        args += [self.eval(argument, input, environment) for argument in expr.arguments]
        try:
            return self._apply(function, args, input, environment, name, expr.position)
        except JsonataError as error:
            if not error.position:
                error.position = expr.position
            if error.token is None:
                error.token = name
            raise

    def invoke(self, function: Any, args: list[Any]) -> Any:
        """Apply a function that was handed to another one."""
        return self._apply(function, args, NULL, None, None, None)

    def _apply(self, function: Any, args: list[Any], input: Any, environment: Any, name: Any, position: Any) -> Any:
        result = self._apply_once(function, args, input, environment, name, position)
        while result.__class__ is Lambda and result.thunk:
            call = result.body
            function = self.eval(call.procedure, result.context, result.scope)
            args = [self.eval(argument, result.context, result.scope) for argument in call.arguments]
            name = call.procedure.value if call.procedure.type == "variable" else None
            result = self._apply_once(function, args, input, result.scope, name, call.procedure.position)
        return result

    def _apply_once(self, function: Any, args: list[Any], input: Any, environment: Any, name: Any, position: Any) -> Any:
        try:
            if not isinstance(function, Function):
                raise JsonataError("T1006")
            if function.signature is not None:
                args = function.signature.validate(args, input)
            return function.call(self, args, input, environment)
        except JsonataError as error:
            if error.code != BOUND_CODE:
                if error.token is None:
                    error.token = name
                error.position = position or error.position
            raise

    def _partial(self, expr: Any, input: Any, environment: Any) -> Any:
        args = [
            HOLE if argument.type == "operator" and argument.value == "?" else self.eval(argument, input, environment)
            for argument in expr.arguments
        ]
        procedure = expr.procedure
        function = self.eval(procedure, input, environment)
        if isinstance(function, Function):
            return Partial(function, args)
        name = procedure.steps[0].value if procedure.type == "path" else procedure.value
        if function is None and procedure.type == "path" and environment.lookup(name) is not None:
            raise JsonataError("T1007", expr.position, name)
        raise JsonataError("T1008", expr.position, name)

    def _apply_operator(self, expr: Any, input: Any, environment: Any) -> Any:
        left = self.eval(expr.lhs, input, environment)
        if expr.rhs.type == "function":
            return self._call_expression(expr.rhs, input, environment, [left])
        function = self.eval(expr.rhs, input, environment)
        if not is_function(function):
            raise JsonataError("T2006", expr.position, value=function)
        if is_function(left):
            return Chain(left, function)
        return self._apply(function, [left], NULL, environment, None, None)

    def _transform(self, expr: Any, input: Any, environment: Any) -> Any:
        return Native("transform", _TRANSFORMABLE, 1, lambda value: self._transformed(expr, value, environment))

    def _transformed(self, expr: Any, value: Any, environment: Any) -> Any:
        if value is None:
            return None
        cloner = environment.lookup("clone")
        if not is_function(cloner):
            raise JsonataError("T2013", expr.position)
        result = self._apply(cloner, [value], NULL, environment, None, None)
        found = self.eval(expr.pattern, result, environment)
        for target in found if isinstance(found, list) else () if found is None else (found,):
            if isinstance(target, (Inherited, Regex)):
                raise JsonataError("D1010", expr.position)
            update = self.eval(expr.update, target, environment)
            if update is not None:
                if not isinstance(update, dict):
                    raise JsonataError("T2011", expr.update.position, value=update)
                if isinstance(target, dict):
                    target.update(update)
            deletions = None if expr.delete is None else self.eval(expr.delete, target, environment)
            if deletions is not None:
                names = deletions if isinstance(deletions, list) else [deletions]
                if not all(isinstance(name, str) for name in names):
                    raise JsonataError("T2012", expr.delete.position, value=deletions)
                if isinstance(target, dict):
                    for name in names:
                        target.pop(name, None)
        return result

    def evaluate_text(self, source: str, context: Any, scope: Any) -> Any:
        """`$eval`."""
        try:
            tree = parse(source)
        except JsonataError as error:
            raise JsonataError("D3120", value=message_of(error)) from None
        depth = self._depth
        try:
            return self.eval(tree, context, scope)
        except JsonataError as error:
            if error.code == BOUND_CODE:
                raise
            self._depth = depth
            raise JsonataError("D3121", value=message_of(error)) from None


_TRANSFORMABLE = Signature("<(oa):o>")


_UNKNOWN = object()


def _plain_names(path: Any) -> list[str] | None:
    """The names a path reads, if it is nothing but names, after a variable perhaps."""
    if path.group is not None or path.keep_singleton_array or path.tuple is not None:
        return None
    names = []
    for index, step in enumerate(path.steps):
        if step.predicate or step.stages or step.group is not None or step.tuple is not None or step.focus is not None:
            return None
        if step.type == "name" and step.value not in INHERITED:
            names.append(step.value)
        elif index or step.type != "variable" or not step.value:
            return None
    return names


def _reduced(tuples: Any) -> dict[str, Any]:
    """The tuples of one group as one: each variable with all its values."""
    if not isinstance(tuples, list):
        return dict(tuples)
    result = dict(tuples[0])
    for other in tuples[1:]:
        for key, value in other.items():
            result[key] = append(result.get(key), value)
    return result


_RULES: dict[str, Rule] = {
    "path": Evaluator.evaluate_path,
    "binary": Evaluator.evaluate_binary,
    "unary": Evaluator.evaluate_unary,
    "name": Evaluator._name,
    "string": Evaluator._literal,
    "number": Evaluator._literal,
    "value": Evaluator._literal,
    "wildcard": Evaluator._wildcard,
    "descendant": Evaluator._descendants,
    "parent": Evaluator._parent,
    "condition": Evaluator.evaluate_condition,
    "block": Evaluator.evaluate_block,
    "bind": Evaluator.evaluate_bind_expression,
    "regex": Evaluator._regex,
    "function": Evaluator._function,
    "variable": Evaluator._variable,
    "lambda": Evaluator._lambda,
    "partial": Evaluator._partial,
    "apply": Evaluator._apply_operator,
    "transform": Evaluator._transform,
    "operator": lambda ev, expr, input, environment: None,
    "sort": Evaluator.evaluate_sort_expression,
}


class _Natives(Scope):
    """The outermost scope: the built-in functions."""

    __slots__ = ()

    def lookup(self, name: str) -> Any:
        return self.bindings.get(name)


BUILT_IN = _Natives(None, NATIVES)


class Program:
    """A compiled expression of plain JSONata.

    Raises:
        JsonataError: the expression does not parse.
    """

    __slots__ = ("text", "tree")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = parse(text)

    def evaluate(
        self,
        data: Any,
        scope: Scope | None = None,
        *,
        clock: Callable[[], int] | None = None,
        generator: Callable[[str], random.Random] | None = None,
        bounds: Bounds | None = None,
    ) -> Any:
        """The value for `data` (`UNDEFINED` for no document at all), a JSON value or `UNDEFINED`.

        Args:
            data: a JSON value; it is not changed, and parts of it may be in the result.
            scope: variables; its outermost scope must know the functions. The built-in functions alone by default.
            clock: milliseconds since 1970, behind `$now` and `$millis`.
            generator: random numbers by purpose; `jsonata` is behind `$random` and `$shuffle`.
            bounds: time, depth and memory.

        Raises:
            JsonataError: the evaluation failed, or ran into a bound (code `U1001`).
        """
        bounds = bounds or Bounds()
        evaluator = Evaluator(clock or _wall_clock, generator or _unseeded, bounds)
        root = from_undefined(data)
        scope = Scope(scope or BUILT_IN, {"$": root})
        if isinstance(root, list):
            root = sequence((root,))
            root.outer_wrapper = True
        limit = sys.getrecursionlimit()
        wanted = min(_FRAMES_PER_NODE * bounds.depth + 1_500, _MOST_FRAMES)
        if wanted > limit:
            sys.setrecursionlimit(wanted)
        try:
            return from_jsonata(evaluator.eval(self.tree, root, scope))
        except RecursionError:
            raise JsonataError(BOUND_CODE, message=STACK) from None
        finally:
            if wanted > limit:
                sys.setrecursionlimit(limit)


_FRAMES_PER_NODE = 12
"""Python's frames for one level of depth; a higher-order function takes most."""
_MOST_FRAMES = 13_500


def _unseeded(purpose: str) -> random.Random:
    return random.Random()


def _wall_clock() -> int:
    return time.time_ns() // 1_000_000


def from_undefined(value: Any) -> Any:
    """A JSON value, or `UNDEFINED`, as JSONata's."""
    from pytest_sfn.expressions.values import UNDEFINED

    return None if value is UNDEFINED else to_jsonata(value)
