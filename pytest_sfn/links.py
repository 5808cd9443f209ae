"""Where the documentation is: messages name a page as `pytest-sfn docs` takes it, and by its URL."""

from __future__ import annotations

from typing import Final

__all__ = ["SITE", "see", "url"]

SITE: Final = "https://pytest-sfn.readthedocs.io/en/latest"
"""What mkdocs.yml makes of docs/ and the README."""


def see(page: str) -> str:
    """The link for a message.

    Args:
        page: `mocks#callbacks`: a file of docs/ without `.md`, and one of its sections.
    """
    return f"pytest-sfn docs {page} ({url(page)})"


def url(page: str) -> str:
    """The page's address."""
    name, mark, section = page.partition("#")
    return f"{SITE}/{name}.html{mark}{section}"
