"""Slips of a test in names of ours, for its report: an attribute that an object does not have.

Python itself proposes attributes from version 3.12 on, but not where one is set. It is done when a report is made, since a hook
of the objects (`__getattr__`) would make every other attribute slower to read.
"""

from __future__ import annotations

import re
import sys
from typing import Final

from pytest_sfn.errors import PytestSfnError
from pytest_sfn.names import suggest

__all__ = ["add_hint"]

OF_SFN_AWS: Final = frozenset({"client", "deploy", "session"})
"""What `SfnAws` has and `SfnMock` has not."""
_MISSING: Final = re.compile(r"'(?P<kind>\w+)' object has no attribute '(?P<name>\w+)'")


def add_hint(error: AttributeError) -> None:
    """Add a note to an error that a slip in a test has made, with what was probably meant; once, if several tests meet it."""
    meant = "" if isinstance(error, PytestSfnError) else _attribute(error)
    if meant and meant not in getattr(error, "__notes__", ()):
        error.add_note(meant)


def _attribute(error: AttributeError) -> str:
    """The attribute that was probably meant, of a class of ours."""
    found = _MISSING.fullmatch(str(error))
    if found is not None and found["name"] in OF_SFN_AWS and _is_sfn_mock(error.obj):
        return "fix  use the fixture sfn_aws instead of sfn_mock, or SfnAws instead of SfnMock"
    if found is None or (error.obj is not None and sys.version_info >= (3, 12)):
        return ""
    owner = error.obj if error.obj is not None else _kind(found["kind"])
    if not (owner if isinstance(owner, type) else type(owner)).__module__.startswith("pytest_sfn"):
        return ""
    return suggest(found["name"], [name for name in dir(owner) if not name.startswith("_")], "did you mean {!r}?")


def _is_sfn_mock(owner: object) -> bool:
    return any(kind.__name__ == "SfnMock" and kind.__module__.startswith("pytest_sfn.") for kind in type(owner).__mro__)


def _kind(name: str) -> type | None:
    """The class of that name in a module of ours that is loaded: an error of setting an attribute does not have the object."""
    homes = [module for home, module in list(sys.modules.items()) if home.startswith("pytest_sfn.")]
    return next((each for home in homes if isinstance(each := vars(home).get(name), type)), None)
