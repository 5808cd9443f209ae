"""Runs recorded cases and counts those on which we and AWS agree.

A case passes if `compare.diff` (for a history) or `compare.diff_value` (for anything else) finds no difference in any
of the answers AWS gave. Histories of Maps that work on several items at once are recorded in one interleaving of
several, so they may agree in any order. Whatever goes wrong in a case is a difference of that case, and the run goes on.

Cases marked *unconfirmed* are plausible, not certain: they are shown apart and never counted in the last line.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from tests.conformance.adapter import answers as replay

SHARED = Path(__file__).resolve().parents[3] / "shared" / "conformance"
CASE_SECONDS = 20  # hundreds of times what the longest case needs; a case that gets there hangs

Case = dict[str, Any]
Adapter = Callable[[Case, ModuleType], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one case went; no problem means that it passed."""

    id: str
    kind: str
    confirmed: bool
    problems: tuple[str, ...]


class CaseTimeoutError(BaseException):
    """A case took too long. No child of Exception, so that nothing on the way takes it for an answer."""


def read_cases(folder: Path, kind: str | None = None, text: str = "") -> Iterator[Case]:
    """Every case below `folder` in the order of its path, of that kind and with that text in its id."""
    for path in sorted(folder.rglob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(case, dict) and "expected" in case and kind in {None, case["kind"]} and text in case["id"]:
            yield case


def load_beside(folder: Path, name: str) -> ModuleType:
    """The module `name`.py of the folder of cases, or of the shared one if the folder brings none."""
    path = next((p for p in (folder / f"{name}.py", SHARED / f"{name}.py") if p.is_file()), None)
    if path is None:
        raise SystemExit(f"no {name}.py in {folder}, nor in {SHARED}")
    spec = importlib.util.spec_from_file_location(f"conformance_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises CaseTimeoutError in the block after so many seconds, where the platform has timer signals."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def expire(_signal: int, _frame: FrameType | None) -> None:
        raise CaseTimeoutError(f"not finished after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def has_concurrent_map(definition: object) -> bool:
    """Whether a Map in the definition may run several iterations at once, as far as the text tells."""
    if isinstance(definition, dict):
        if definition.get("Type") == "Map" and definition.get("MaxConcurrency") != 1:
            return True
        definition = list(definition.values())
    return isinstance(definition, list) and any(map(has_concurrent_map, definition))


def differences(case: Case, answered: dict[str, Any], compare: ModuleType) -> Iterator[str]:
    """What differs between the answers and the recording, name by name; a placeholder keeps its value between names."""
    matcher = compare.Matcher(case.get("placeholders", ()))
    for name, recorded in case["expected"].items():
        if name not in answered:
            yield f"{name}: not answered"
            continue
        if not (isinstance(recorded, dict) and isinstance(recorded.get("events"), list)):
            yield from compare.diff_value(case, name, answered[name], matcher=matcher)
            continue
        bound = dict(matcher.bound)
        problems = compare.diff(case, answered[name], history=name, matcher=matcher)
        if problems and has_concurrent_map([case.get("definition"), case.get("executions"), case.get("other_machines")]):
            matcher.bound = bound
            problems = compare.diff(case, answered[name], history=name, matcher=matcher, order="any") and problems
        yield from (f"{name}: {problem}" for problem in problems)


def run_case(case: Case, compare: ModuleType, functions: ModuleType, adapter: Adapter | None = None) -> Outcome:
    """Replay one case, through the public API unless another adapter is given, and compare."""
    try:
        with limited(CASE_SECONDS):
            problems = tuple(differences(case, (adapter or replay)(case, functions), compare))
    except (Exception, CaseTimeoutError) as error:  # noqa: BLE001 - a crash is a failing case, whatever crashed
        problems = (f"{type(error).__name__}: {error}",)
    return Outcome(case["id"], case["kind"], case.get("provenance") != "unconfirmed", problems)


def report(outcomes: list[Outcome], *, verbose: bool = False) -> Iterator[str]:
    """The lines shown: totals by kind, unconfirmed ones apart, the ids that fail, and the count of the confirmed."""
    for confirmed, label in ((True, ""), (False, " (unconfirmed)")):
        group = [outcome for outcome in outcomes if outcome.confirmed is confirmed]
        total, passed = Counter(o.kind for o in group), Counter(o.kind for o in group if not o.problems)
        yield from (f"{kind}{label}: {passed[kind]}/{total[kind]}" for kind in sorted(total))
    for outcome in outcomes:
        if outcome.problems:
            yield f"FAILED {outcome.id}" + ("" if outcome.confirmed else " (unconfirmed)")
            if verbose:
                yield "    " + outcome.problems[0].replace("\n", "\n    ")
    failed = sum(bool(o.problems) for o in outcomes if o.confirmed)
    yield f"{sum(o.confirmed for o in outcomes) - failed} passed, {failed} failed"


def shortfall(outcomes: list[Outcome], at_least: dict[str, int]) -> list[str]:
    """The kinds of which fewer confirmed cases passed than `at_least` says, in words."""
    passed = Counter(o.kind for o in outcomes if o.confirmed and not o.problems)
    return [f"{kind}: {passed[kind]} passed, {n} did before" for kind, n in at_least.items() if passed[kind] < n]


def main(arguments: list[str]) -> int:
    """The command line; returns the exit status.

    It is 1 if a confirmed case failed, or, with --at-least, if fewer of a kind passed than the file says; 2 if there was none.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="every case in a .json file below it is run")
    parser.add_argument("--kind", help="only cases of this kind: execution, multi, validation, ...")
    parser.add_argument("-k", dest="text", default="", metavar="TEXT", help="only cases with this text in their id")
    parser.add_argument("-v", dest="verbose", action="store_true", help="show the first difference of each failing case")
    parser.add_argument("--at-least", type=Path, metavar="FILE", help="JSON file {kind: number that has to pass}")
    options = parser.parse_args(arguments)

    compare, functions = load_beside(options.folder, "compare"), load_beside(options.folder, "functions")
    outcomes = [run_case(case, compare, functions) for case in read_cases(options.folder, options.kind, options.text)]
    for line in report(outcomes, verbose=options.verbose):
        print(line)
    if not outcomes:
        return 2
    if options.at_least is None:
        return int(any(o.problems for o in outcomes if o.confirmed))
    missing = shortfall(outcomes, json.loads(options.at_least.read_text(encoding="utf-8")))
    for line in missing:
        print(line, file=sys.stderr)
    return int(bool(missing))
