"""A fault: which task fails, with which error, how often."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_sfn.errors import PytestSfnError

__all__ = ["Fault"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a scenario can go wrong. Its text, such as `ProcessPayment raises Sandbox.Timedout x4`, is its name.

    Attributes:
        task: name of the Task state, at any depth.
        error: the error name that its first calls of an execution end with.
        times: how many calls; after them whatever mocks the scenario has answer. In a Map they are calls of one item, the
            first that comes.
        also: a second fault in the same execution, or None.
    """

    task: str
    error: str
    times: int = 1
    also: Fault | None = None

    def __post_init__(self) -> None:
        for field, text in (("task", self.task), ("error", self.error)):
            if not isinstance(text, str) or not text:
                raise PytestSfnError(f"a Fault needs {field} as text that is not empty, not {text!r}\n  see  docs/faults.md")
        if type(self.times) is not int or self.times < 1:
            raise PytestSfnError(f"{self.task} raises {self.error}: times is {self.times!r}, not 1 or more")

    @property
    def parts(self) -> tuple[Fault, ...]:
        """This fault and those in `also`, each by itself."""
        single = self if self.also is None else Fault(self.task, self.error, self.times)
        return (single, *self.also.parts) if self.also is not None else (single,)

    def __str__(self) -> str:
        often = f" x{self.times}" if self.times > 1 else ""
        also = f" and {self.also}" if self.also is not None else ""
        return f"{self.task} raises {self.error}{often}{also}"
