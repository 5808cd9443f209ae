from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.targets.loopback import Endpoint, serving


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as endpoint:
        yield endpoint
