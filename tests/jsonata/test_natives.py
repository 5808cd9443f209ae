"""The built-in functions, and what is around an expression."""

from __future__ import annotations

from pytest_sfn.jsonata.budget import Limits
from pytest_sfn.jsonata.evaluation import Procedure
from pytest_sfn.jsonata.library import FUNCTIONS
from pytest_sfn.jsonata.natives import World, native
from pytest_sfn.jsonata.values import UNDEFINED


def test_every_function_of_the_table_can_be_loaded() -> None:
    for name in [*FUNCTIONS, "eval"]:
        assert isinstance(native(name), Procedure), name
    assert native("nope") is UNDEFINED


def test_as_many_arguments_as_the_reference_has_use_for() -> None:
    arities = {"sum": 1, "map": 2, "zip": 0, "pad": 3, "random": 0, "reduce": 3, "string": 1, "eval": 2, "replace": 4}
    assert {name: native(name).arity for name in arities} == arities


def test_variables_come_before_functions() -> None:
    world = World(Limits(), {"sum": 1, "x": None})
    assert [world.get("sum"), world.get("x"), world.get("y")] == [1, None, UNDEFINED]
    assert isinstance(world.get("count"), Procedure)
    assert world.clock() > 1_700_000_000_000
    assert 0 <= world.random().random() < 1
