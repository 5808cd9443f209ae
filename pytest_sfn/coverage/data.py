"""What was taken, as a value: merged from workers, shards and earlier runs, and kept as JSON.

A definition is identified by its name and the digest of its text. Merging is a union of sets, so it is commutative,
associative and idempotent: shards may be combined in any order, and twice. The data hold all elements, so that a report
can be made without the substitutions that a definition was loaded with.

A file is written under another name and then renamed, under a lock: it is never half written, and two processes that end
at the same time both add their part. The system takes the lock from a process that ends, however it ends, so no lock stays.

A file may be damaged in any way, so each value is checked before it is used.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pytest_sfn.coverage.elements import Element, Taken
from pytest_sfn.errors import PytestSfnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

__all__ = ["DATA_FILE", "FORMAT", "VERSION", "CoverageData", "DataError", "Definition", "check_ours", "erase", "holds_data"]

DATA_FILE: Final = ".sfn_coverage"
FORMAT: Final = "pytest-sfn coverage"
VERSION: Final = 2
AGAIN: Final = "  fix  delete it and run the tests again"


PATIENCE: Final = 10.0
"""So many seconds a process waits for a file that another one holds. Each part of a coverage file takes much less."""
PAUSE: Final = 0.05
LARGEST: Final = 1 << 30
"""A file of more bytes is no coverage file."""


class DataError(PytestSfnError):
    """A coverage file cannot be read: truncated, of another version, or something else altogether."""


class Definition:
    """One version of one definition, and what was taken of it.

    Attributes:
        name: its file relative to the root, with slashes, or the name that the test gave it.
        digest: of its text.
        text: the text of a definition that is no file, as JSON with an indent where it was a dict; None for a file.
        named: for a definition that is no file, whether there is one of that name at a time: the test gave it the name, or it
            is an asset of the CDK.
        substitutions: one set of values with which it was loaded, to draw it; {} where it needs none.
        places: for a definition inside a template: the place of each element there, as `file:line`.
        template: the template that it was loaded from, relative to the root, and its logical id there; None without one.
        elements: all that can be taken, by pointer.
        taken: pointers taken, each with its contexts.
        unhandled: (pointer of a state, error name) of errors that began there and ended an execution, with contexts.
    """

    __slots__ = ("digest", "elements", "name", "named", "places", "substitutions", "taken", "template", "text", "unhandled")

    def __init__(
        self,
        name: str,
        digest: str,
        elements: Iterable[Element],
        *,
        text: str | None = None,
        named: bool = False,
        substitutions: dict[str, Any] | None = None,
        places: dict[str, str] | None = None,
        template: tuple[str, str] | None = None,
    ) -> None:
        self.name = name
        self.digest = digest
        self.text = text
        self.named = named
        self.substitutions = substitutions or {}
        self.places = places or {}
        self.template = template
        self.elements = {element.pointer: element for element in elements}
        self.taken: Taken = {}
        self.unhandled: dict[tuple[str, str], set[str]] = {}

    @property
    def is_file(self) -> bool:
        return self.text is None

    def take(self, pointer: str, context: str) -> None:
        """Note that a context took an element; a pointer to no element is ignored."""
        if pointer in self.elements:
            self.taken.setdefault(pointer, set()).add(context)

    def leave_unhandled(self, pointer: str, error: str, context: str) -> None:
        self.unhandled.setdefault((pointer, error), set()).add(context)

    def merge(self, other: Definition) -> None:
        """Add the data of another.

        Elements are those that a test's substitutions make, so a file that no test has loaded adds none.
        """
        if other.taken and not self.taken:
            self.elements = {}
        for pointer, element in other.elements.items() if other.taken or not self.taken else ():
            known = self.elements.get(pointer)
            if known is None or _rank(element) < _rank(known):  # the same, unless substitutions change its label
                self.elements[pointer] = element
        self.named = self.named or other.named
        self.substitutions = min(self.substitutions, other.substitutions, key=_rank_of_substitutions)
        self.template = max(filter(None, (self.template, other.template)), default=None)
        self.places = max(self.places, other.places, key=lambda places: sorted(places.items()))
        for pointer, contexts in other.taken.items():
            self.taken.setdefault(pointer, set()).update(contexts)
        for key, contexts in other.unhandled.items():
            self.unhandled.setdefault(key, set()).update(contexts)

    def sorted_elements(self) -> list[Element]:
        """In the order of the text."""
        return sorted(self.elements.values(), key=lambda element: element.order)


def _rank(element: Element) -> tuple[str, str]:
    return element.label, element.target or ""


def _rank_of_substitutions(substitutions: dict[str, Any]) -> tuple[int, str]:
    text = json.dumps(substitutions, sort_keys=True)
    return -len(substitutions), text


class CoverageData:
    """All definitions of a session or of several.

    Attributes:
        missing: sentences that say which parts of these sessions sent no data.
    """

    def __init__(self) -> None:
        self.definitions: dict[tuple[str, str], Definition] = {}
        self.missing: set[str] = set()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CoverageData) and self.dumps() == other.dumps()

    __hash__ = None  # type: ignore[assignment]  # it changes

    def add(self, definition: Definition) -> Definition:
        """Merge a definition in; gives the one that is kept."""
        known = self.definitions.setdefault((definition.name, definition.digest), definition)
        if known is not definition:
            known.merge(definition)
        return known

    def merge(self, other: CoverageData) -> None:
        """Add the data of another. The two may share parts afterwards: do not use the other any more."""
        self.missing |= other.missing
        for definition in other.definitions.values():
            self.add(definition)

    # -- JSON ----------------------------------------------------------------------------------------------------------

    def dumps(self) -> str:
        """As JSON; equal data have equal texts."""
        found = self.definitions.values()
        sets = [some for each in found for some in (*each.taken.values(), *each.unhandled.values())]
        contexts = sorted(set().union(*sets))
        numbers = {context: number for number, context in enumerate(contexts)}

        def listed(some: set[str]) -> list[int]:
            return sorted(map(numbers.__getitem__, some))

        definitions = []
        for definition in sorted(found, key=lambda definition: (definition.name, definition.digest)):
            shown: dict[str, Any] = {"name": definition.name, "digest": definition.digest}
            if definition.text is not None:
                shown["text"] = definition.text
                shown["named"] = definition.named
            if definition.substitutions:
                shown["substitutions"] = definition.substitutions
            if definition.places:
                shown["places"] = definition.places
            if definition.template is not None:
                shown["template"] = definition.template
            shown["elements"] = [
                [each.pointer, each.kind, each.state, each.label, each.line, each.column, each.target]
                for each in definition.sorted_elements()
            ]
            shown["taken"] = {pointer: listed(definition.taken[pointer]) for pointer in sorted(definition.taken)}
            shown["unhandled"] = [[*key, listed(definition.unhandled[key])] for key in sorted(definition.unhandled)]
            definitions.append(shown)
        value = {"format": FORMAT, "version": VERSION, "contexts": contexts, "definitions": definitions}
        if self.missing:
            value["missing"] = sorted(self.missing)
        return json.dumps(value, separators=(",", ":"))  # ASCII: a name may hold what UTF-8 cannot

    @classmethod
    def loads(cls, text: str, name: str = "coverage data") -> CoverageData:
        """Read what `dumps` wrote.

        Raises:
            DataError: it is truncated, of another version, or no coverage data of pytest-sfn; the text has `name`.
        """
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            if text.startswith(f'{{"format":"{FORMAT}"'):
                raise DataError(f"{name}: the coverage data is cut off or damaged: {error}\n{AGAIN}") from None
            raise DataError(f"{name} holds no coverage data of pytest-sfn") from None
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            raise DataError(f"{name} holds no coverage data of pytest-sfn")
        if value.get("version") != VERSION:
            raise DataError(
                f"{name}: coverage data of version {value.get('version')!r}; this pytest-sfn reads version {VERSION}\n"
                f"{AGAIN}, all with one version of pytest-sfn"
            )
        try:
            return cls._from(value)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise DataError(f"{name}: the coverage data is damaged: {type(error).__name__}: {error}\n{AGAIN}") from None

    @classmethod
    def _from(cls, value: dict[str, Any]) -> CoverageData:
        data = cls()
        data.missing.update(_as(str, each) for each in value.get("missing", ()))
        contexts = [_as(str, each) for each in value["contexts"]]
        for shown in value["definitions"]:
            text = _or_none(shown.get("text"))
            name = _as(str, shown["name"])
            file = None if text is not None else name
            definition = Definition(
                name,
                _as(str, shown["digest"]),
                (
                    Element(
                        *(_as(str, pointer), _as(str, kind), _as(str, state), _as(str, label)),
                        *(_number(line), _number(column), file),
                        _or_none(target),
                    )
                    for pointer, kind, state, label, line, column, target in shown["elements"]
                ),
                text=text,
                named=_as(bool, shown.get("named", False)),
                substitutions=_json(_as(dict, shown.get("substitutions") or {})),
                places={pointer: _as(str, place) for pointer, place in (shown.get("places") or {}).items()},
                template=_pair(shown["template"]) if "template" in shown else None,
            )
            for pointer, numbers in shown["taken"].items():
                definition.taken[pointer] = {contexts[_number(number)] for number in numbers}
            for pointer, error, numbers in shown["unhandled"]:
                key = _as(str, pointer), _as(str, error)
                definition.unhandled[key] = {contexts[_number(number)] for number in numbers}
            data.add(definition)
        return data

    # -- files ---------------------------------------------------------------------------------------------------------

    @classmethod
    def read(cls, path: Path) -> CoverageData:
        """Read a coverage file.

        Raises:
            DataError: it is not there, or cannot be read.
        """
        _check_file(path)
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise DataError(f"{path} holds no coverage data of pytest-sfn") from None
        except (OSError, ValueError) as error:
            raise DataError(f"{path}: no coverage data: {getattr(error, 'strerror', None) or error}") from None
        return cls.loads(text, str(path))

    def write(self, path: Path) -> None:
        """Write under another name, then rename: a reader finds the old file or the new one, whole."""
        _check_file(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
        try:
            aside.write_text(self.dumps(), encoding="utf-8", newline="\n")
            _replace(aside, path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise

    def update(self, path: Path, review: Callable[[CoverageData], None] | None = None) -> None:
        """Add the data of the file, if there is one, and write both. Two processes may do so at once.

        Args:
            review: may remove definitions from the file's data first.

        Raises:
            DataError: the file holds no coverage data of this version, or another process does not let it go; it is left
                as it is.
        """
        _check_file(path)
        with locked(path):
            if holds_data(path):
                found = CoverageData.read(path)
                if review is not None:
                    review(found)
                self.merge(found)
            for left in path.parent.iterdir():  # by a process that was killed
                if re.fullmatch(rf"{re.escape(path.name)}\.\d+\.\d+\.tmp", left.name):
                    left.unlink(missing_ok=True)
            self.write(path)


def holds_data(path: Path) -> bool:
    """Whether there is a coverage file; an empty one is made by a process that is about to write it."""
    return path.exists() and (path.stat().st_size > 0 or not path.is_file())


def erase(path: Path) -> None:
    """Remove a coverage file before a new run.

    Raises:
        DataError: the file holds something else; it is left as it is.
    """
    check_ours(path)
    path.unlink(missing_ok=True)


def check_ours(path: Path) -> None:
    """Refuse a file that holds something else than coverage data; one that is not there is none.

    Raises:
        DataError: it does.
    """
    if not path.exists():
        return
    _check_file(path)
    start = f'{{"format":"{FORMAT}"'.encode()
    with path.open("rb") as file:
        found = file.read(len(start))
    if found and not start.startswith(found):
        raise DataError(f"{path} holds no coverage data of pytest-sfn; it is not written over\n  fix  name another file")


# -- files that other processes use too ------------------------------------------------------------------------------------


def _check_file(path: Path) -> None:
    """Refuse a folder, a device, or a FIFO, which would be waited for without end."""
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "no file"
        raise DataError(f"{path}: it is {kind}, and cannot hold coverage data\n  fix  name a file")
    if path.exists() and path.stat().st_size > LARGEST:
        raise DataError(f"{path}: the coverage data is damaged: it has {path.stat().st_size:,} bytes\n{AGAIN}")


@contextlib.contextmanager
def locked(
    path: Path, sleep: Callable[[float], None] = time.sleep, now: Callable[[], float] = time.monotonic
) -> Iterator[None]:
    """Keep other processes, and threads, from updating the same file.

    Raises:
        DataError: one process holds the lock for longer than `PATIENCE`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    version, deadline = _version(path), now() + PATIENCE
    while (held := _lock(path)) is None:
        if version != (version := _version(path)):  # the process that held it has written, and another one holds it now
            deadline = now() + PATIENCE
        if now() >= deadline:
            raise DataError(
                f"{path}: another process has held this file for {PATIENCE:g} seconds\n"
                "  fix  wait until no other run of tests, and no combination of their data, is going on, and run it again"
            )
        sleep(PAUSE)
    try:
        yield
    finally:
        if not os.fstat(held).st_size and _version(held) == _version(path):
            path.unlink()  # it was made for the lock alone
        os.close(held)


def _version(file: Path | int) -> tuple[int, int] | None:
    """Changes whenever the file is replaced; None if there is none."""
    try:
        found = os.stat(file)  # noqa: PTH116 - it may be a descriptor
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


if sys.platform == "win32":

    def _lock(path: Path) -> int | None:
        """Make a file beside, which Windows removes when the process closes it or ends; None if another process has made it."""
        with contextlib.suppress(FileExistsError, PermissionError):  # the second while Windows is removing it
            return os.open(f"{path}.lock", os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_TEMPORARY)
        return None

else:
    import fcntl

    def _lock(path: Path) -> int | None:
        """Open the file, made if need be, and lock it; None if another process holds it, or has just replaced it."""
        held = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if _flock(held) and _version(held) == _version(path):
            return held
        os.close(held)
        return None

    def _flock(held: int) -> bool:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks: one of two processes that end at once may lose its part
            pass
        return True


def _replace(aside: Path, path: Path, sleep: Callable[[float], None] = time.sleep) -> None:
    """Rename a file over another. Windows refuses that while another process reads the other."""
    for _ in range(round(PATIENCE / PAUSE)):
        with contextlib.suppress(PermissionError):
            aside.replace(path)
            return
        sleep(PAUSE)
    aside.replace(path)


# -- what a file may hold --------------------------------------------------------------------------------------------------

_Kind = TypeVar("_Kind")

DEEPEST: Final = 64
"""So deep a value of a substitution may be nested."""


def _as(kind: type[_Kind], value: object) -> _Kind:
    if type(value) is not kind:
        raise TypeError(f"{type(value).__name__} instead of {kind.__name__}")
    return value


def _or_none(value: object) -> str | None:
    return None if value is None else _as(str, value)


def _pair(value: object) -> tuple[str, str]:
    first, second = _as(list, value)
    return _as(str, first), _as(str, second)


def _number(value: object) -> int:
    number = _as(int, value)
    if not 0 <= number < 1 << 31:
        raise ValueError("a number out of range")
    return number


def _json(value: Any, deepest: int = DEEPEST) -> Any:
    if not deepest:
        raise ValueError("a value nested too deep")
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _json(each, deepest - 1)
    return value
