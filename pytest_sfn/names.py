"""Names of state machines, executions and activities, as the API takes them.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html, parameter `name`.
"""

from __future__ import annotations

import re

from pytest_sfn.errors import PytestSfnError

__all__ = ["check_name"]

_REFUSED = re.compile(r"""[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]""")


def check_name(what: str, name: str) -> str:
    """The name itself, if AWS would take it.

    Raises:
        PytestSfnError: empty, longer than 80 characters, or with a character that AWS refuses.
    """
    if not 1 <= len(name) <= 80:
        raise PytestSfnError(f"the name of {what} has 1 to 80 characters, and {name[:40]!r} has {len(name)}")
    refused = _REFUSED.search(name)
    if refused is not None:
        raise PytestSfnError(f"the name of {what} may not contain {refused[0]!r}, as {name!r} does")
    return name
