"""The timelines in JUnit's XML: pytest writes there what a test has captured, but no other section of its report."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

import pytest
from _pytest.junitxml import bin_xml_escape, xml_key

from pytest_sfn.report.sections import shown_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.junitxml import LogXML

__all__ = ["JUnitPlugin"]


class JUnitPlugin:
    """Adds a `system-out` to the test's element; in the process that the user started, since that writes the file."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Iterator[None]:
        sections = shown_in(report)
        xml: LogXML | None = self.config.stash.get(xml_key, None)
        if not sections or xml is None:
            return (yield)
        reporter = xml.node_reporter(report)
        result = yield  # the failure comes first, as some readers expect
        node = Element("system-out")
        node.text = bin_xml_escape("".join(f"{f' {title} ':-^80}\n{text}\n" for title, text in sections))
        if report.when == "teardown":  # with its report pytest has made the test's element
            reporter.to_xml().append(node)
        else:
            reporter.append(node)
        return result
