"""`$eval`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.jsonata.compiler import Body
from pytest_sfn.jsonata.errors import JsonataError, LimitError
from pytest_sfn.jsonata.evaluation import Frame, Scoped
from pytest_sfn.jsonata.messages import explained
from pytest_sfn.jsonata.shaping import parse
from pytest_sfn.jsonata.signatures import Signature
from pytest_sfn.jsonata.values import UNDEFINED, Sequence, Value, Wrapped

if TYPE_CHECKING:
    from pytest_sfn.jsonata.evaluation import Evaluation

__all__ = ["Eval"]


class Eval(Scoped):
    """Evaluates a text, with the variables of the place where it is called."""

    __slots__ = ("_frame",)
    signature = Signature("<sx?:x>")
    arity = 2

    def __init__(self, frame: Frame | None = None) -> None:
        self._frame = frame

    def within(self, frame: Frame) -> Eval:
        return Eval(frame)

    def call(self, run: Evaluation, args: list[Value], context: Value) -> Value:
        text, focus = (*args, UNDEFINED)[:2]
        if text is UNDEFINED:
            return UNDEFINED
        if focus is not UNDEFINED:
            context = Wrapped((focus,)) if isinstance(focus, list) and not isinstance(focus, Sequence) else focus
        run.step(100 + 24 * len(text))
        try:
            body = Body(parse(text), tail=False)
        except JsonataError as error:
            raise JsonataError("D3120", value=explained(error).message) from None
        depth = run.depth
        try:
            return body.evaluate(context, self._frame or run.root(UNDEFINED))
        except LimitError:
            raise
        except JsonataError as error:
            run.depth = depth
            raise JsonataError("D3121", value=explained(error).message) from None
