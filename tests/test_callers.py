"""Whose code called."""

from __future__ import annotations

import os
import sys

import pytest

import pytest_sfn
from pytest_sfn.callers import is_users, user_frame, user_line


def test_the_line_is_that_of_the_users_own_code() -> None:
    frames = []

    class Reading:
        def __iter__(self):
            frames.append(sys._getframe())
            return iter(())

    tuple(Reading())
    assert user_line(frames[0]) == f"{__file__}:{frames[0].f_lineno}"
    assert user_line(None) == ""


def test_code_of_python_and_of_packages_is_passed_over() -> None:
    code = compile("import sys; frames.append(sys._getframe())", f"{sys.prefix}/lib/site-packages/requests/api.py", "exec")
    frames = []
    exec(code, {"frames": frames})
    assert user_line(frames[0]).startswith(f"{__file__}:")
    found = user_frame(frames[0])
    assert found is not None
    assert found.f_code.co_name == "test_code_of_python_and_of_packages_is_passed_over"


@pytest.mark.parametrize(
    ("file", "users"),
    [
        (__file__, True),
        ("<doctest README.md[0]>", True),
        ("/home/ann/bin/deploy.py", True),
        ("/home/ann/project/bin/pytest", False),
        (r"C:\venv\Scripts\pytest.exe\__main__.py", os.sep == "/"),
        (pytest_sfn.__file__, False),
        (os.__file__, False),
        (pytest.__file__, False),
        ("<frozen runpy>", False),
    ],
)
def test_whose_code_it_is(file: str, users: bool) -> None:
    assert is_users(file) is users
