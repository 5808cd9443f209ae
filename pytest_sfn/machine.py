"""A definition, loaded: parsed once, shared by all tests, not runnable by itself."""

from __future__ import annotations

import json
import sys
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_sfn.asl.parse import parse
from pytest_sfn.asl.source import Source, find_text, read_source
from pytest_sfn.engine.program import Program
from pytest_sfn.errors import UnknownAttributeError
from pytest_sfn.tasks.callees import Reach

if TYPE_CHECKING:
    from types import FrameType

    from pytest_sfn.asl.diagnostics import Location
    from pytest_sfn.asl.model import State, StateMachineModel
    from pytest_sfn.asl.text import Text

__all__ = ["DefinitionLike", "StateMachine", "load"]

DefinitionLike = str | PathLike[str] | Mapping[str, Any]
"""A path, ASL text (JSON or YAML), or a dict."""

_CACHE_SIZE = 128
_cache: OrderedDict[tuple[Path | None, str, str], StateMachine] = OrderedDict()


class StateMachine:
    """A loaded definition: immutable, compiled, usable in a fixture of any scope.

    `sfn_mock.load(state_machine)` makes it runnable.

    Attributes:
        name: the file's name without its extensions, `StateMachine` for text and dicts.
        source: the definition's values, their places in the text, and the substitutions used.
        model: the parsed definition.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.model: StateMachineModel = parse(source)
        self.name = source.path.name.split(".")[0] if source.path is not None else "StateMachine"
        self._programs: dict[tuple[str | None, str | None], Program] = {}

    def __setattr__(self, name: str, value: object) -> None:
        if name in self.__dict__:  # shared by every test that loads the same text
            raise AttributeError(f"a StateMachine is immutable; load another definition instead of setting {name!r}")
        super().__setattr__(name, value)

    @property
    def definition(self) -> dict[str, Any]:
        """The definition as a dict, substitutions made. Shared: do not change it."""
        value: dict[str, Any] = self.source.value
        return value

    @property
    def file(self) -> str | None:
        """The file it was read from, or None."""
        return None if self.source.path is None else str(self.source.path)

    @property
    def states(self) -> Mapping[str, State]:
        """Every state at any depth, by name."""
        return self.model.all_states

    @cached_property
    def fingerprint(self) -> str:
        """The definition's values as canonical JSON text; equal definitions have equal fingerprints."""
        return json.dumps(self.source.value, sort_keys=True)

    @cached_property
    def reach(self) -> Reach:
        """What its tasks can call."""
        return Reach(self.model.all_states, self.definition)

    def locate(self, pointer: str) -> Location | None:
        """Where a JSON Pointer such as `/States/Charge` stands in the text; None for a dict."""
        return self.source.locate(pointer)

    def to_mermaid(self) -> str:
        """The state machine as a Mermaid flowchart, which GitHub draws in a fenced block of the language `mermaid`."""
        from pytest_sfn.diagrams.mermaid import to_mermaid

        return to_mermaid(self)

    def to_svg(self) -> str:
        """The state machine as one `<svg>` element.

        Raises:
            UnsupportedError: the extra `html` (fast-sugiyama) is not installed.
        """
        from pytest_sfn.diagrams.svg import to_svg

        return to_svg(self)

    def program(self, start_at: str | None = None, stop_after: str | None = None) -> Program:
        """The executable form, made once."""
        key = (start_at, stop_after)
        program = self._programs.get(key)
        if program is None:
            program = self._programs[key] = Program(self.model, self.locate, start_at=start_at, stop_after=stop_after)
        return program

    if not TYPE_CHECKING:  # to a type checker, an attribute that is not there shall stay an error

        def __getattr__(self, name: str) -> NoReturn:
            """Tell who wants to run it how that is done."""
            if name in ("run", "run_state", "run_sync", "start"):
                raise UnknownAttributeError(
                    "a StateMachine does not run by itself; sfn_mock.load(state_machine) makes it runnable"
                )
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    def __repr__(self) -> str:
        count = len(self.model.all_states)
        return f"<StateMachine {self.file or self.name!r}: {count} state{'s' * (count != 1)}>"


def load(
    source: DefinitionLike | StateMachine,
    *,
    substitutions: Mapping[str, Any] | None = None,
    directories: Sequence[Path] | None = None,
) -> StateMachine:
    """Load a definition.

    Args:
        source: a path, ASL text (JSON or YAML), a dict, or a StateMachine (given back as it is). A relative path is
            looked for beside the file that calls `load`, then in pytest's rootdir, never in the working directory.
        substitutions: values for `${Name}` in the text, put in before it is parsed; strings, numbers or whole objects.
        directories: where relative paths are looked for instead.

    Raises:
        DefinitionError: the file is not there, or the definition is refused; it lists every problem with its place.
    """
    if isinstance(source, StateMachine):
        return source
    content: Mapping[str, Any] | tuple[Text, Path | None]
    if isinstance(source, Mapping):
        content, place, text = source, None, repr(source)
    else:
        content = find_text(source, caller_directories() if directories is None else directories)
        place, text = content[1], content[0].text
    key = (place, text, repr(substitutions))
    machine = _cache.get(key)
    if machine is None:
        machine = _cache[key] = StateMachine(read_source(content, substitutions=substitutions))
        if len(_cache) > _CACHE_SIZE:
            _cache.popitem(last=False)
    else:
        _cache.move_to_end(key)
        machine.source.warn()
    return machine


rootdir: Path | None = None
"""pytest's rootdir, set by the plugin."""


def caller_directories() -> list[Path]:
    """The folder of the first calling file outside this package, then pytest's rootdir."""
    directories = []
    package = str(Path(__file__).parent)
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(package):
        frame = frame.f_back
    if frame is not None and not frame.f_code.co_filename.startswith("<"):
        directories.append(Path(frame.f_code.co_filename).resolve().parent)
    if rootdir is not None:
        directories.append(rootdir)
    return directories
