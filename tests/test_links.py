"""Links to the documentation."""

from __future__ import annotations

from pytest_sfn.links import see, url


def test_a_page_is_named_for_the_command_and_by_its_address() -> None:
    assert see("mocks#callbacks") == f"pytest-sfn docs mocks#callbacks ({url('mocks#callbacks')})"
    assert url("mocks#callbacks") == "https://pytest-sfn.readthedocs.io/en/latest/mocks.html#callbacks"
    assert url("mocks") == "https://pytest-sfn.readthedocs.io/en/latest/mocks.html"
