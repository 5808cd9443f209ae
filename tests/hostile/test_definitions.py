"""Definitions with mistakes are refused with a place, or run to an end that AWS could give them."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pytest_sfn import DefinitionError, SfnMock
from pytest_sfn.engine.quotas import Quotas
from pytest_sfn.lint.find import lint_file
from tests.generated import generated
from tests.hostile.conftest import Meant, Trials
from tests.hostile.corpus import EXAMPLES, bind, sample
from tests.hostile.mutations import mutated, mutated_text, text_of
from tests.lint.test_robustness import JSONATA, JSONPATH
from tests.well_formed import mistyped, problems

pytestmark = pytest.mark.slow

QUOTAS = Quotas(payload=100_000, history=500)
RIGHT = [JSONPATH, JSONATA, *(json.loads(path.read_text(encoding="utf-8")) for path in EXAMPLES)]


def right(random: Random) -> Any:
    return generated(random.randrange(1000)).definition if random.randrange(3) == 0 else random.choice(RIGHT)


def try_out(source: Any, meant: Meant) -> None:
    """Load it, and run it if it can be loaded."""
    with meant(source), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        account = SfnMock(quotas=QUOTAS)
        try:
            loaded = account.load(source)
        except DefinitionError as error:
            assert error.diagnostics or not isinstance(source, str), error
            assert isinstance(source, dict) or all(each.location for each in error.diagnostics), error
            return
        answer = sample(loaded.state_machine)
        bind(account, loaded.state_machine, answer)
        execution = loaded.run(answer)
        assert problems(execution.history, ended=execution.status != "RUNNING") + mistyped(execution.history) == []
        assert execution.timeline()


def test_trees(trials: Trials, meant: Meant) -> None:
    for random in trials(500):
        definition = mutated(right(random), random)
        try_out(definition, meant)
        try_out(text_of(definition), meant)


def test_texts(trials: Trials, meant: Meant) -> None:
    for random in trials(500):
        text = mutated_text(text_of(right(random), random.choice((None, 1))), random)
        if text.lstrip().startswith("{"):  # or it is the name of a file
            try_out(text, meant)


def test_lint(trials: Trials, meant: Meant, tmp_path: Path) -> None:
    path = tmp_path / "hostile.asl.json"
    for random in trials(150):
        text = text_of(mutated(right(random), random), 1)
        text = text if random.randrange(2) else mutated_text(text, random)
        with meant(text):
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
            for machine in lint_file(path):
                assert all(each.message and each.code for each in machine.problems)
                assert all(each.location for each in machine.problems if each.severity == "error")
