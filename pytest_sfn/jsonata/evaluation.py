"""One evaluation: its variables, its budget, and how functions are applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pytest_sfn.jsonata.budget import Budget
from pytest_sfn.jsonata.errors import JsonataError, LimitError
from pytest_sfn.jsonata.signatures import Signature
from pytest_sfn.jsonata.values import UNDEFINED, Function, Value

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    class Body(Protocol):
        """A function's body, compiled."""

        cost: int

        def evaluate(self, data: Value, frame: Frame) -> Value:
            """Its value for a context and variables."""
            ...


__all__ = [
    "HOLE",
    "Chain",
    "Evaluation",
    "Frame",
    "Lambda",
    "Native",
    "Partial",
    "Procedure",
    "Root",
    "Scoped",
    "TailCall",
]


class Frame(dict[str, Value]):
    """Variables, and the frame around them."""

    __slots__ = ("enclosed", "parent", "run")
    enclosed: bool
    parent: Frame
    run: Evaluation

    def __missing__(self, name: str) -> Value:
        return self.parent[name]

    def enclose(self) -> None:
        """Charge the texts that a function holds through the variables it sees, once for each frame."""
        frame = self
        while frame.__class__ is Frame and not hasattr(frame, "enclosed"):
            frame.enclosed = True
            frame.run.keep_texts(frame.values())
            frame = frame.parent


class Root(Frame):
    """The outermost frame, which asks the evaluation for what is not known yet."""

    __slots__ = ()

    def __missing__(self, name: str) -> Value:
        value = self[name] = self.run.get(name)
        return value


class Procedure(Function):
    """A built-in function, a lambda, a regular expression, a partial application or a chain.

    Attributes:
        signature: what checks the arguments, None for no check.
    """

    __slots__ = ()
    signature: Signature | None = None

    def call(self, run: Evaluation, args: list[Value], context: Value) -> Value:
        """The result for checked arguments.

        Args:
            run: the evaluation.
            args: the arguments; those missing at the end may be left out.
            context: the context value where it is called.
        """
        raise NotImplementedError


class Scoped(Procedure):
    """A function that sees the variables of the place where it is called."""

    __slots__ = ()

    def within(self, frame: Frame) -> Procedure:
        """The function as it is called with these variables around it."""
        raise NotImplementedError


class Evaluation(Budget):
    """One evaluation, and what is around the expression; `World` and the host of an embedded expression are its subclasses."""

    __slots__ = ("_now",)
    _now: int
    whole_in_full = False
    """Whether `$string` writes whole numbers with all their digits; the reference cuts them to 15."""

    def get(self, name: str) -> Value:
        """The variable or function of a name without `$`; `UNDEFINED` for none."""
        raise NotImplementedError

    def clock(self) -> int:
        """Milliseconds since 1970, behind `$now` and `$millis`."""
        raise NotImplementedError

    def random(self) -> random.Random:
        """Random numbers, behind `$random` and `$shuffle`."""
        raise NotImplementedError

    def no_json(self, function: Function) -> Value:
        """What a result has where a function is; `UNDEFINED` for nothing, as in the plain language."""
        return UNDEFINED

    def now_millis(self) -> int:
        """The time of this evaluation: every call gives the same."""
        try:
            return self._now
        except AttributeError:  # left open until then, since few expressions ask
            self._now = self.clock()
            return self._now

    def root(self, data: Value) -> Root:
        """The outermost frame of an evaluation of some data."""
        frame = Root()
        frame["$"] = data
        frame.run = self
        return frame

    def apply(
        self,
        function: Value,
        args: list[Value],
        context: Value = None,
        token: str | None = None,
        position: int | None = None,
    ) -> Value:
        """Call a function.

        Args:
            function: the function, or what is called as one.
            args: the arguments.
            context: the context value, which may stand in for an argument.
            token: what the call is named after, for errors.
            position: of the call, for errors.
        """
        while True:
            self.step(_APPLY)
            try:
                if not isinstance(function, Procedure):
                    raise JsonataError("T1006")
                signature = function.signature
                if signature is not None:
                    args = signature.validate(args, context)
                result = function.call(self, args, context)
            except LimitError:
                raise
            except JsonataError as error:
                if error.token is None:
                    error.token = token
                error.position = position or error.position
                raise
            if result.__class__ is not TailCall:
                return result
            function, args, token, position = result.function, result.args, result.token, result.position


class TailCall:
    """A call that is the last thing a function does, to be made when the function is over."""

    __slots__ = ("args", "function", "position", "token")

    def __init__(self, function: Value, args: list[Value], token: str | None, position: int) -> None:
        self.function = function
        self.args = args
        self.token = token
        self.position = position


class Native(Procedure):
    """A function implemented in Python: the implementation takes the evaluation, then the arguments.

    Attributes:
        takes_nothing: whether it is called where its first argument is nothing; otherwise its result is nothing then.
    """

    __slots__ = ("arity", "implementation", "signature", "takes_nothing")

    def __init__(
        self,
        implementation: Callable[..., Value],
        signature: str | None,
        *,
        arity: int | None = None,
        takes_nothing: bool = False,
    ) -> None:
        self.implementation = implementation
        self.takes_nothing = takes_nothing
        self.signature = None if signature is None else Signature(signature)
        self.arity = implementation.__code__.co_argcount - 1 if arity is None else arity

    def call(self, run: Evaluation, args: list[Value], context: Value) -> Value:
        if args and args[0] is UNDEFINED and not self.takes_nothing:
            return UNDEFINED
        return self.implementation(run, *args)


class Lambda(Procedure):
    """`function($a){...}` with the context and variables of the place where it is written."""

    __slots__ = ("_body", "_data", "_frame", "_parameters", "arity", "signature")

    def __init__(self, parameters: list[str], signature: Signature | None, body: Body, data: Value, frame: Frame) -> None:
        self._parameters = parameters
        self._body = body
        self._data = data
        self._frame = frame
        self.signature = signature
        self.arity = len(parameters)

    def call(self, run: Evaluation, args: list[Value], context: Value) -> Value:
        parameters = self._parameters
        frame = Frame(zip(parameters, args, strict=False))
        frame.parent = self._frame
        frame.run = run
        for name in parameters[len(args) :]:
            frame[name] = UNDEFINED
        body = self._body
        run.left -= body.cost + _CALL
        if run.left < 0:
            run.look()
        return body.evaluate(self._data, frame)


_APPLY = 4
"""Steps that each call takes which another function makes."""
_CALL = 10
"""Steps that a call takes besides those of the body."""
HOLE: Any = object()
"""The argument `?`."""


class Partial(Procedure):
    """A function some of whose arguments are given; the others are its parameters."""

    __slots__ = ("_args", "_function", "arity")

    def __init__(self, function: Procedure, args: list[Value]) -> None:
        self._function = function
        self._args = args
        self.arity = args.count(HOLE)

    def call(self, run: Evaluation, args: list[Value], context: Value) -> Value:
        given = iter(args)
        filled = [next(given, UNDEFINED) if arg is HOLE else arg for arg in self._args]
        if self._function.__class__ is Lambda:  # whose signature no longer counts
            return self._function.call(run, filled, context)
        filled += [UNDEFINED] * (self._function.arity - len(filled))
        return run.apply(self._function, filled)


class Chain(Procedure):
    """`$f ~> $g`."""

    __slots__ = ("_first", "_second")

    def __init__(self, first: Procedure, second: Procedure) -> None:
        self._first = first
        self._second = second

    def call(self, run: Evaluation, args: list[Value], context: Value) -> Value:
        return run.apply(self._second, [run.apply(self._first, args[:1] or [UNDEFINED])])
