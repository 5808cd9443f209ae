"""Names: which ones AWS takes, which one was probably meant, and how one is shown (`printable`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_sfn.errors import PytestSfnError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Suggester",
    "check_name",
    "is_misspelt",
    "is_slip",
    "misspelt",
    "near",
    "partition_of",
    "printable",
    "suggest",
    "suggest_actions",
]

_REFUSED = re.compile(r"""[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]""")


def check_name(what: str, name: str) -> str:
    """The name of a state machine, execution or activity itself, if AWS would take it.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html, parameter `name`.

    Raises:
        PytestSfnError: empty, longer than 80 characters, or with a character that AWS refuses.
    """
    if not 1 <= len(name) <= 80:
        raise PytestSfnError(f"the name of {what} has 1 to 80 characters, and {name[:40]!r} has {len(name)}")
    refused = _REFUSED.search(name)
    if refused is not None:
        raise PytestSfnError(f"the name of {what} may not contain {refused[0]!r}, as {name!r} does")
    return name


def partition_of(region: str) -> str:
    """The partition in the ARNs of a region."""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


_ALIKE: Final = 0.7
"""From this similarity on (difflib's ratio) a name may be a slip for another: `ShipFunction` is none for `ChargeFunction`."""
_SHORT: Final = 4
_SHORT_ALIKE: Final = 0.66
"""In names of two to four letters one in three may be wrong: `Evn` for `Env`."""
_ACTIONS_ALIKE: Final = 0.6
"""Similar actions of one API differ in the verb: getObject, putObject."""
_ERRORS_ALIKE: Final = 0.85
"""Names of errors end alike: OrderError, StoreError."""
_SHORT_TO_SLIP: Final = 5
_DIGIT: Final = re.compile(r"\d")
_COUNTED: Final = re.compile(r"(?<=[_-])[^\W_]$|(?<=[a-z\d])[A-Z]$")
"""The letter at the end that tells `orders-a` from `orders-b`, `OrdersA` from `OrdersB`."""
_LONGEST: Final = 200
_MOST: Final = 500
"""Only the first 200 letters are compared, with the 500 candidates nearest in length: difflib is slow."""


def near(name: str, candidates: Iterable[str]) -> list[str]:
    """Up to three candidates that `name` may be a slip for, the most alike first; upper and lower case count as the same.

    If some differ in nothing but upper and lower case, only these are meant.
    """
    return _alike(name, candidates, _SHORT_ALIKE if len(name) <= _SHORT else _ALIKE)


def suggest(name: str, candidates: Iterable[str], form: str = "; did you mean {!r}?") -> str:
    """The nearest candidate in the words of `form`; "" if none is near."""
    found = near(name, candidates)
    return form.format(found[0]) if found else ""


class Suggester:
    """`suggest` for one report whose names and candidates may both be thousands.

    A search takes a millisecond or two, so only the first hundred names get one.
    """

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = 100

    def __call__(self, name: str, candidates: Iterable[str], form: str = "; did you mean {!r}?") -> str:
        self._left -= 1
        return suggest(name, candidates, form) if self._left >= 0 else ""


def suggest_actions(name: str, actions: Iterable[str]) -> str:
    """Up to three actions of an API that may be meant, as in `; did you mean getObject or putObject?`; "" if none is near."""
    found = _alike(name, actions, _ACTIONS_ALIKE)
    return f"; did you mean {' or '.join(found)}?" if found else ""


def is_misspelt(name: str, error: str) -> bool:
    """Whether the name of an error may be a slip for another."""
    return bool(_alike(name, [error], _ERRORS_ALIKE))


def misspelt(name: str, known: Iterable[str], most: int = 2) -> str:
    """The name for which another one is a slip, upper and lower case aside; "" for none. `most` as for `is_slip`."""
    return next((each for each in near(name, known) if is_slip(name.casefold(), each.casefold(), most)), "")


def is_slip(name: str, other: str, most: int = 2) -> bool:
    """Whether letters that are more, less, other than they should be or swapped make one of the other.

    `orders_b` is none for `orders_a`, nor is `V3` for `V2`: these are counted.

    Args:
        most: how many letters; in short names it is one.
    """
    if _DIGIT.findall(name) != _DIGIT.findall(other) or (_COUNTED.sub("", name) == _COUNTED.sub("", other) and name != other):
        return False
    most = most if min(len(name), len(other)) > _SHORT_TO_SLIP else 1
    rows: list[list[int]] = [[*range(len(other) + 1)]]
    for done, letter in enumerate(name):
        above, row = rows[-1], [done + 1]
        for index, wanted in enumerate(other):
            cost = min(above[index] + (letter != wanted), above[index + 1] + 1, row[index] + 1)
            if done and index and (letter, name[done - 1]) == (other[index - 1], wanted):
                cost = min(cost, rows[-2][index - 1] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1] <= most


def _alike(name: str, candidates: Iterable[str], needed: float) -> list[str]:
    candidates = list(candidates)
    wanted = name.casefold()
    same = [each for each in candidates if each.casefold() == wanted]
    if same or len(wanted) < 2:
        return same[:3]
    from difflib import get_close_matches  # only messages need it

    nearest_in_length = sorted(candidates, key=lambda each: abs(len(each) - len(name)))[:_MOST]
    folded = {each.casefold()[:_LONGEST]: each for each in reversed(nearest_in_length)}
    return [folded[each] for each in get_close_matches(wanted[:_LONGEST], folded, 3, needed)]
