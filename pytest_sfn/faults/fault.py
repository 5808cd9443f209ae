"""A fault: which task fails, with which error, how often."""

from __future__ import annotations

from dataclasses import field

from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import PytestSfnError, printable
from pytest_sfn.links import see

__all__ = ["Fault"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A task that fails. `str(fault)` is its name, such as `ProcessPayment raises Sandbox.Timedout x4 (+2 alike)`.

    Attributes:
        task: name of the Task state, at any depth.
        error: the error name of the task's first calls in an execution.
        times: how many calls fail; after them the scenario's mocks answer. In a Map only the calls of one item fail, the
            first item that reaches the task.
        also: a second fault in the same execution, or None.
        alike: other error names of the task that the same Retriers and Catcher take, for which this one stands; faults that
            differ in these alone are equal.
    """

    task: str
    error: str
    times: int = 1
    also: Fault | None = None
    alike: tuple[str, ...] = field(default_factory=tuple, compare=False)

    def __post_init__(self) -> None:
        for name, text in (("task", self.task), ("error", self.error)):
            if not isinstance(text, str) or not text:
                raise PytestSfnError(f"a Fault needs {name} as text that is not empty, not {text!r}\n  see  {see('faults')}")
        if type(self.times) is not int or self.times < 1:
            raise PytestSfnError(f"{self.task} raises {self.error}: times is {self.times!r}, not 1 or more")

    @property
    def _parts(self) -> tuple[Fault, ...]:
        """This fault and those in `also`, as separate faults."""
        single = self if self.also is None else Fault(self.task, self.error, self.times)
        return (single, *self.also._parts) if self.also is not None else (single,)

    def __str__(self) -> str:
        often = f" x{self.times}" if self.times > 1 else ""
        also = f" and {self.also}" if self.also is not None else ""
        alike = f" (+{len(self.alike)} alike)" if self.alike else ""
        return printable(f"{self.task} raises {self.error}{often}{alike}{also}")
