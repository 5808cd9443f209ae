"""Limits as an object."""

from __future__ import annotations

import pytest

from pytest_sfn import Quotas, SfnMock
from pytest_sfn.engine.quotas import EXPRESS, STANDARD, UNLIMITED
from pytest_sfn.errors import PytestSfnError
from tests.helpers import machine

DAYS = machine(A={"Type": "Wait", "Seconds": 99_999, "Next": "B"}, B={"Type": "Wait", "Seconds": 99_999})


def test_those_of_aws() -> None:
    assert (STANDARD.payload, STANDARD.history, STANDARD.seconds) == (262_144, 25_000, 31_536_000)
    assert (EXPRESS.payload, EXPRESS.seconds) == (262_144, 300)
    assert (STANDARD.variable, STANDARD.variables) == (EXPRESS.variable, EXPRESS.variables) == (262_144, 10_485_760)
    assert Quotas(payload=9) == Quotas(9, 25_000, 262_144, 10_485_760, 31_536_000)
    assert EXPRESS.history == UNLIMITED.history > 10**12


@pytest.mark.parametrize(
    ("quotas", "type_", "seconds"),
    [
        ("aws", "STANDARD", 199_998),
        ("aws", "EXPRESS", 300),
        (None, "EXPRESS", 199_998),
        (Quotas(9, 99, 9, 9, 1000), "EXPRESS", 1000),
    ],
)
def test_which_hold(quotas: object, type_: str, seconds: int) -> None:
    execution = SfnMock(quotas=quotas).load(DAYS, type=type_).run()  # type: ignore[arg-type]
    assert execution.elapsed.total_seconds() == seconds


def test_any_other_is_refused() -> None:
    with pytest.raises(PytestSfnError) as caught:
        SfnMock(quotas="none")  # type: ignore[arg-type]
    assert str(caught.value) == "quotas is 'none'; it is 'aws', None or a Quotas"
