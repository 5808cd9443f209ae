"""Loads and lints a folder of definitions, templates and known mistakes, and says how that went.

The folder has `definitions/`, `templates/`, `invalid/` and `mockconfigs/`, each with an `index.json`: a list of rows with a
`file` beside it. A machine passes if it is read without an error, or is refused with one that has a place; a known mistake
passes if it is reported: word for word where AWS is the authority, at about the place where another tool is. Nothing here
knows a single file.
"""

from __future__ import annotations

import argparse
import json
import re
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_sfn.asl.outline import innermost_state
from pytest_sfn.asl.parse import diagnose
from pytest_sfn.asl.source import Source, read_source
from pytest_sfn.asl.text import Text
from pytest_sfn.errors import DefinitionError
from pytest_sfn.lint.find import lint_file
from pytest_sfn.lint.linter import Lint, lint_refused, lint_source
from pytest_sfn.services.calls import check_call
from tests.corpus import mock_configs

Row = dict[str, Any]


@dataclass
class Tally:
    """What came of one folder."""

    name: str
    passed: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def judge(self, file: str, reason: str | None) -> None:
        """Count a pass, or a failure with its reason."""
        if reason is None:
            self.passed += 1
        else:
            self.failed.append((file, reason))


def main(arguments: list[str]) -> int:
    """Print the numbers and the failures; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description="Judge a folder of state machines.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("-v", "--verbose", action="store_true", help="list lint errors of real machines too")
    chosen = parser.parse_args(arguments)
    folder: Path = chosen.folder.resolve()  # a definition's path begins at the file that loads it, or is absolute
    warnings.simplefilter("ignore")
    tallies = []
    rates = Rates()
    for name, judge in JUDGES.items():
        index = folder / name / "index.json"
        if index.exists():
            tally = Tally(name)
            judge(folder / name, json.loads(index.read_text(encoding="utf-8")), tally, rates)
            tallies.append(tally)
    for tally in tallies:
        left = f", {len(tally.skipped)} left out" if tally.skipped else ""
        print(f"{tally.name}: {tally.passed} passed, {len(tally.failed)} failed{left}")
        for note in tally.notes:
            print(f"  {note}")
        for reason, count in Counter(reason for _, reason in tally.skipped).items():
            print(f"  left out {count}: {reason}")
    rates.show(verbose=chosen.verbose)
    for tally in tallies:
        for file, reason in tally.failed:
            print(f"FAILED {tally.name}/{file}: {reason}")
    failed = sum(len(tally.failed) for tally in tallies)
    print(f"{sum(tally.passed for tally in tallies)} passed, {failed} failed")
    return int(failed > 0)


class Rates:
    """How many of the machines that people really keep the linter finds fault with."""

    def __init__(self) -> None:
        self.machines = 0
        self.refused: list[tuple[str, Lint]] = []
        self.faulty: list[tuple[str, Lint]] = []
        self.warned = 0

    def count(self, file: str, problems: list[Lint]) -> None:
        """Count one real machine."""
        self.machines += 1
        errors = [each for each in problems if each.severity == "error"]
        unread = [each for each in errors if each.rule.name in UNREAD]
        if unread:
            self.refused.append((file, unread[0]))
        elif errors:
            self.faulty.append((file, errors[0]))
        self.warned += any(each.severity == "warning" for each in problems)

    def show(self, *, verbose: bool) -> None:
        """Print them."""
        if not self.machines:
            return
        for what, found in (("cannot be read", self.refused), ("have lint errors", self.faulty)):
            share = 100 * len(found) / self.machines
            print(f"of {self.machines} real machines {len(found)} ({share:.1f} %) {what}")
            for file, problem in found if verbose else ():
                print(f"  {file}: {problem.location}: {problem.code} {problem.message}")
        print(f"of {self.machines} real machines {self.warned} ({100 * self.warned / self.machines:.1f} %) have lint warnings")


UNREAD = frozenset({"unreadable", "duplicate-key", "definition-not-found"})


# Definitions and templates


def judge_definitions(folder: Path, rows: list[Row], tally: Tally, rates: Rates) -> None:
    for row in rows:
        problems, reason = lint_text(folder / row["file"])
        tally.judge(row["file"], reason)
        if row.get("kind") == "wild":
            rates.count(row["file"], problems)


def lint_text(path: Path, type: str = "STANDARD") -> tuple[list[Lint], str | None]:
    """The problems of one definition, and why that is not good enough."""
    try:
        problems = lint_source(read(path), type)
    except DefinitionError as error:
        problems = lint_refused(error)
    except Exception:  # noqa: BLE001 - that is what it looks for
        return [], f"traceback: {traceback.format_exc(limit=-2)}"
    return problems, located(problems)


def located(problems: list[Lint]) -> str | None:
    missing = [each for each in problems if each.severity == "error" and each.location is None]
    return f"an error without a place: {missing[0].message}" if missing else None


def judge_templates(folder: Path, rows: list[Row], tally: Tally, rates: Rates) -> None:
    formats: Counter[str] = Counter()
    for row in rows:
        file, expected = row["file"], row.get("n_machines", 0)
        try:
            linted = lint_file(folder / file)
        except DefinitionError as error:
            tally.judge(file, f"refused without a place: {error}")
            continue
        except Exception:  # noqa: BLE001
            tally.judge(file, f"traceback: {traceback.format_exc(limit=-2)}")
            continue
        problems = [each for machine in linted for each in machine.problems]
        if any(each.rule.name == "not-looked-at" and "not read yet" in each.message for each in problems):
            tally.skipped.append((file, f"{row['format']} is not supported yet"))
            continue
        refused = any(each.rule.name in UNREAD | {"not-looked-at"} for each in problems)
        reason = located(problems)
        if reason is None and len(linted) != expected and not refused:
            reason = f"{len(linted)} machines found, the index has {expected}"
        tally.judge(file, reason)
        formats[row["format"]] += len(linted)
        if row.get("kind") == "wild":
            for machine in linted:
                rates.count(f"{file} {machine.machine}", list(machine.problems))
    tally.notes.append("machines: " + ", ".join(f"{number} {kind}" for kind, number in formats.most_common()))


# Known mistakes


def judge_invalid(folder: Path, rows: list[Row], tally: Tally, rates: Rates) -> None:
    by_authority: dict[str, Counter[bool]] = {}
    for row in rows:
        path = folder / row["file"]
        if not path.exists():
            tally.skipped.append((row["file"], "there is no such file"))
            continue
        authority = row["expected"][0]["authority"]
        if authority.startswith("AWS") and STAND_IN.search(path.read_text(encoding="utf-8")):
            tally.skipped.append((row["file"], "it holds a stand-in for what was sent to AWS"))
            continue
        judge = by_aws if authority.startswith("AWS") else by_others
        try:
            reason = judge(path, row["expected"])
        except Exception:  # noqa: BLE001
            reason = f"traceback: {traceback.format_exc(limit=-2)}"
        tally.judge(row["file"], reason)
        by_authority.setdefault(authority, Counter())[reason is None] += 1
    for authority, counts in sorted(by_authority.items()):
        tally.notes.append(f"{authority}: {counts[True]} of {counts.total()}")


STAND_IN = re.compile(r'"_+tbd_+"', re.IGNORECASE)


def by_aws(path: Path, expected: list[Row]) -> str | None:
    """Code, text and place as AWS gives them."""
    for each in expected:
        try:
            found = diagnose(read(path), each.get("machine_type", "STANDARD"), check_call)
        except DefinitionError as error:
            found = list(error.diagnostics)
        if "code" in each:
            wanted = (each["code"], each["message"], each.get("location"))
            given = [(item.code, item.message, item.pointer) for item in found]
        else:
            wanted = each["message"]
            given = [f"{item.code}: {item.message} at {item.pointer}" for item in found]
        if plain(wanted) not in [plain(item) for item in given]:
            return f"AWS says {wanted}, we say {given}"
    return None


def plain(value: Any) -> str:
    """Without what recordings replace."""
    return str(value).replace("<partition>", "aws").replace("<region>", "us-east-1")


def by_others(path: Path, expected: list[Row]) -> str | None:
    problems, reason = lint_text(path, next((each["machine_type"] for each in expected if "machine_type" in each), "STANDARD"))
    if reason is not None:
        return reason
    if not problems:
        return f"nothing found; expected {expected}"
    missing = [each for each in expected if not any(is_about(problem, each) for problem in problems)]
    if missing:
        return f"not reported: {missing}; found {[(each.code, each.pointer, str(each.location)) for each in problems]}"
    return None


def is_about(problem: Lint, expected: Row) -> bool:
    """Whether a problem is at about the place that the other tool names, as far as it names one."""
    line = problem.location.line if problem.location else 0
    if "start" in expected:  # line and column from 0
        return abs(line - 1 - expected["start"][0]) <= 1
    if "path" in expected:
        wanted = re.sub(r"^/Definition", "", "".join(f"/{part}" for part in expected["path"]))
        given = re.sub(r"\[(\d+)\]", r"/\1", problem.pointer)
        return given.startswith(wanted) or innermost_state(wanted) == problem.state
    quoted = re.findall(r'"(\w+)"', expected.get("message_contains", ""))
    return not quoted or any(name in f"{problem.message} {problem.pointer}" for name in quoted)


# Mock configurations


def judge_mock_configs(folder: Path, rows: list[Row], tally: Tally, rates: Rates) -> None:
    cases = 0
    for row in rows:
        path = folder / row["file"]
        text = path.read_text(encoding="utf-8")
        try:
            reason = mock_configs.judge(folder, row, "".join(without_json5(text)) if path.suffix == ".json5" else text)
        except Exception:  # noqa: BLE001
            reason = f"traceback: {traceback.format_exc(limit=-2)}"
        tally.judge(row["file"], reason)
        cases += sum(map(len, row["test_cases"].values())) or 1
    tally.notes.append(f"test cases run: {cases}")


JUDGES: dict[str, Callable[[Path, list[Row], Tally, Rates], None]] = {
    "definitions": judge_definitions,
    "templates": judge_templates,
    "invalid": judge_invalid,
    "mockconfigs": judge_mock_configs,
}


# Reading


def read(path: Path) -> Source:
    """A definition; one in JSON5 as the tests that it comes from send it: as JSON."""
    if path.suffix != ".json5":
        return read_source(path, loose=True)
    text = Text(str(path), "".join(without_json5(path.read_text(encoding="utf-8"))))
    return read_source((text, None), loose=True)


TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|.', re.DOTALL)
LAST_COMMA = re.compile(r",(?:\s|//[^\n]*+|/\*.*?\*/)*+[}\]]", re.DOTALL)


def without_json5(text: str) -> Iterator[str]:
    """The text with blanks for comments and for commas before a closing bracket, so that every place stays where it is."""
    for match in TOKEN.finditer(text):
        token = match[0]
        superfluous = token.startswith(("//", "/*")) or (token == "," and LAST_COMMA.match(text, match.start()))
        yield re.sub(r"[^\n]", " ", token) if superfluous else token
