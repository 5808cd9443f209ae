"""Names that AWS takes and refuses."""

from __future__ import annotations

import pytest

from pytest_sfn.errors import PytestSfnError
from pytest_sfn.names import check_name


@pytest.mark.parametrize("name", ["a", "order-42_x.y", "größe", "n" * 80])
def test_name_that_aws_takes(name: str) -> None:
    assert check_name("an execution", name) == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "the name of an execution has 1 to 80 characters, and '' has 0"),
        ("n" * 81, f"the name of an execution has 1 to 80 characters, and '{'n' * 40}' has 81"),
        ("a b", "the name of an execution may not contain ' ', as 'a b' does"),
        ("a/b", "the name of an execution may not contain '/', as 'a/b' does"),
        ("a\x7f", "the name of an execution may not contain '\\x7f', as 'a\\x7f' does"),
    ],
)
def test_name_that_aws_refuses(name: str, text: str) -> None:
    with pytest.raises(PytestSfnError) as caught:
        check_name("an execution", name)
    assert str(caught.value) == text
