"""`pytest-sfn docs [PAGE[#SECTION]]`: the documentation, which the package carries as Markdown."""

from __future__ import annotations

import argparse
import pydoc
import re
import sys
from importlib import resources
from typing import TYPE_CHECKING, Final

from pytest_sfn.commands.output import write
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.links import SITE
from pytest_sfn.names import near, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.resources.abc import Traversable

__all__ = ["find_section", "main", "read_page"]


def main(arguments: Sequence[str], prog: str) -> int:
    """Show a page, a section of it, or the list of all pages; gives the exit status.

    Raises:
        PytestSfnError: there is no such page, or it has no such section.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Show a page of the documentation, as messages name it.",
        epilog=f"Without PAGE it lists the pages. They are at {SITE} too.",
    )
    parser.add_argument("page", nargs="?", metavar="PAGE[#SECTION]", help="mocks, or mocks#callbacks for that section alone")
    chosen = parser.parse_args(arguments)
    if chosen.page is None:
        write("".join(f"{name:<22}{title}\n" for name, title in _titles()))
        return 0
    name, _, anchor = chosen.page.partition("#")
    text = read_page(name)
    _show(find_section(name, text, anchor) if anchor else text)
    return 0


def _show(text: str) -> None:
    if sys.stdout is not None and sys.stdout.isatty():
        pydoc.pager(text)
    else:
        write(text)


def _folder() -> Traversable:
    package = resources.files("pytest_sfn")
    carried, project = package / "docs", package / ".." / "pyproject.toml"
    if carried.is_dir():
        return carried
    if project.is_file() and 'name = "pytest-sfn"' in project.read_text("utf-8"):
        return package / ".." / "docs"  # of a checkout; beside an installed package it would be another's
    raise PytestSfnError(f"this installation of pytest-sfn carries no documentation\n  fix  read it at {SITE}")


def _pages() -> dict[str, Traversable]:
    return {file.name.removesuffix(".md"): file for file in _folder().iterdir() if file.name.endswith(".md")}


def _titles() -> Iterator[tuple[str, str]]:
    for name, file in sorted(_pages().items()):
        yield name, file.read_text("utf-8").partition("\n")[0].removeprefix("# ")


def read_page(name: str) -> str:
    """A page as Markdown.

    Args:
        name: of its file, with `.md` or without; or its address.

    Raises:
        PytestSfnError: there is none of that name, or no documentation at all.
    """
    pages = _pages()
    found = pages.get(name.removeprefix(f"{SITE}/").removeprefix("docs/").removesuffix(".md").removesuffix(".html"))
    if found is None:
        hint = suggest(name, pages, "did you mean {}?") or f"the pages are {', '.join(sorted(pages))}"
        raise PytestSfnError(f"{name!r} is no page of the documentation\n  fix  {hint}")
    return found.read_text("utf-8")


_HEADING: Final = re.compile(r"(?m)^(?:```.*$(?:\n.*$)*?\n```|(#+) (.*))$")
"""A heading, or a block of code, in which nothing is one."""


def find_section(page: str, text: str, anchor: str) -> str:
    """A section with those below it.

    Args:
        anchor: of its heading, as GitHub makes them: `use-a-stub` for `Use a stub`.

    Raises:
        PytestSfnError: the page has no such section.
    """
    headings = [found for found in _HEADING.finditer(text) if found[1]]
    anchors = [re.sub(r"[^\w\- ]", "", found[2].lower()).replace(" ", "-") for found in headings]
    if anchor not in anchors:
        words = {word: each for each in reversed(anchors) for word in each.split("-")}
        hint = suggest(anchor, anchors, "did you mean {}?")
        hint = hint or "".join(f"did you mean {words[word]}?" for word in near(anchor, words)[:1])
        hint = hint or f"its sections are {', '.join(anchors[1:])}"
        raise PytestSfnError(f"the page {page} has no section {anchor!r}\n  fix  {hint}")
    index = anchors.index(anchor)
    own = headings[index]
    end = next((found.start() for found in headings[index + 1 :] if len(found[1]) <= len(own[1])), len(text))
    return text[own.start() : end].rstrip() + "\n"
