from __future__ import annotations

from pytest_sfn.deploy.makers import AFTER_MACHINES, MAKERS, UNDELIVERED


def test_a_type_belongs_to_one_group() -> None:
    groups = [*MAKERS, *AFTER_MACHINES, *UNDELIVERED]
    assert len(groups) == len(set(groups))
