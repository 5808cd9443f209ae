from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import FrozenInstanceError, field
from typing import Any, ClassVar

import pytest

from pytest_sfn.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A shape."""

    SIDES: ClassVar[int] = 0
    name: str
    tags: tuple[str, ...] = ()

    @property
    def shout(self) -> str:
        return self.name.upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Square(Shape):
    side: int = 1


@dataclass(slots=True)
class Found:
    place: str
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True, repr=False, frozen=True)
class Quiet:
    name: str

    def __repr__(self) -> str:
        return f"<{self.name}>"


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    name: str


def test_fields_of_the_base_class_and_own() -> None:
    square = Square(name="a", side=2)
    assert (square.name, square.tags, square.side, square.shout, Square.SIDES) == ("a", (), 2, "A", 0)
    assert [each.name for each in dataclasses.fields(Square)] == ["name", "tags", "side"]
    assert dataclasses.is_dataclass(Square)
    assert str(inspect.signature(Square)) == "(*, name: 'str', tags: 'tuple[str, ...]' = (), side: 'int' = 1) -> None"


def test_missing_and_unknown_arguments() -> None:
    with pytest.raises(TypeError, match=r"missing 1 required keyword-only argument: 'name'"):
        Square()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'sides'"):
        Square(name="a", sides=4)  # type: ignore[call-arg]


def test_each_instance_has_a_default_of_its_own() -> None:
    Found("a").problems.append("x")
    assert Found("a").problems == []


def test_equal_by_fields_and_type() -> None:
    assert Square(name="a") == Square(name="a") != Square(name="b")
    assert Square(name="a") != Shape(name="a")
    assert len({Square(name="a"), Square(name="a"), Square(name="b")}) == 2
    assert Found("a") == Found("a")
    with pytest.raises(TypeError, match="unhashable"):
        hash(Found("a"))


def test_equal_by_identity() -> None:
    same = Same("a")
    assert same != Same("a")
    assert {same: 1}[same] == 1


def test_a_method_of_the_class_stays() -> None:
    assert repr(Quiet("a")) == "<a>"
    assert repr(Square(name="a")) == "Square(name='a', tags=(), side=1)"


def test_frozen() -> None:
    square = Square(name="a")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
        square.name = "b"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'name'"):
        del square.name
    found = Found("a")
    found.place = "b"
    assert found.place == "b"


def test_slots() -> None:
    assert not hasattr(Square(name="a"), "__dict__")
    assert vars(Square)["__slots__"] == ("side",)
    with pytest.raises(AttributeError):
        Found("a").other = 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", [Square(name="a", side=3), Found("a", ["b"])])
def test_copies(value: Any) -> None:
    assert copy.copy(value) == copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value


def test_replace_and_match() -> None:
    assert dataclasses.replace(Square(name="a"), side=5) == Square(name="a", side=5)
    match Found("here"):
        case Found(place, problems):
            assert (place, problems) == ("here", [])


def test_names() -> None:
    assert (Square.__module__, Square.__qualname__, Shape.__doc__) == (__name__, "Square", "A shape.")


def test_methods_are_made_when_first_used() -> None:
    @dataclass(slots=True)
    class Late:
        name: str

    assert not inspect.isfunction(vars(Late)["__init__"])
    assert Late("a").name == "a"
    assert inspect.isfunction(vars(Late)["__init__"])
