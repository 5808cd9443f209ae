"""AWS's limits as one object for each run, which can be switched off, and our own, which cannot."""

from __future__ import annotations

import sys
from typing import Final

from pytest_sfn.dataclass import dataclass

__all__ = ["EXPRESS", "MOST_BYTES", "MOST_BYTES_KEPT", "STANDARD", "UNLIMITED", "Quotas"]


@dataclass(frozen=True, slots=True)
class Quotas:
    """Limits of one execution (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).

    A limit that is left out is AWS's for a Standard machine.

    Attributes:
        payload: UTF-8 bytes of a state's, task's or execution's input or output.
        history: events of one execution; the last is the one that ends it.
        variable: UTF-8 bytes of one variable, and of all that one Assign sets.
        variables: UTF-8 bytes of all variables of an execution.
        seconds: how long an execution may run.
    """

    payload: int = 262_144
    history: int = 25_000
    variable: int = 262_144
    variables: int = 10_485_760
    seconds: int = 365 * 86_400


STANDARD: Final = Quotas()
EXPRESS: Final = Quotas(history=sys.maxsize, seconds=300)
UNLIMITED: Final = Quotas(
    payload=sys.maxsize, history=sys.maxsize, variable=sys.maxsize, variables=sys.maxsize, seconds=sys.maxsize
)

MOST_BYTES: Final = 268_435_456
"""UTF-8 bytes of one value, a thousand times AWS's payload: above that the test ends, whatever the quotas."""
MOST_BYTES_KEPT: Final = 1_073_741_824
"""The same for all that an execution keeps, what its states share counted once."""
