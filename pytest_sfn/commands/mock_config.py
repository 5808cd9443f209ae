"""`pytest-sfn mock-config check|to-python|from-machine|from-history`."""

from __future__ import annotations

import argparse
import json
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_sfn.asl.files import read_text, shown_path
from pytest_sfn.asl.model import TaskState
from pytest_sfn.asl.source import find_file, read_loosely
from pytest_sfn.asl.text import Text
from pytest_sfn.commands.mock_config_python import Loaded, to_python
from pytest_sfn.commands.mock_config_skeleton import skeleton
from pytest_sfn.commands.options import add_allow_folder
from pytest_sfn.commands.output import add_output, write
from pytest_sfn.definition import StateMachine
from pytest_sfn.errors import DefinitionWarning, PytestSfnError, definition_error
from pytest_sfn.loaders.formats import find_machines, format_of
from pytest_sfn.mocks.checked import unknown_error
from pytest_sfn.mocks.mock_config import MockConfig, mock_config_of
from pytest_sfn.mocks.mock_config_history import config_of_history
from pytest_sfn.names import suggest
from pytest_sfn.services.misfits import answer_misfits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pytest_sfn.errors import Diagnostic
    from pytest_sfn.mocks.mock_config import Case

__all__ = ["main", "paired", "problems_of"]


def main(arguments: Sequence[str], prog: str) -> int:
    """Work with mock configurations of Step Functions Local; gives the exit status.

    Raises:
        MockError: a configuration has mistakes, where it must have none.
        DefinitionError: a definition cannot be read.
        PytestSfnError: a history cannot be read, or the file cannot be written.
    """
    parser = argparse.ArgumentParser(prog=prog, description="Work with mock configurations of Step Functions Local.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    config = argparse.ArgumentParser(add_help=False)
    config.add_argument("file", metavar="FILE", type=Path, help="a MockConfigFile.json")
    output = argparse.ArgumentParser(add_help=False)
    add_output(output)
    named = "the definition of a state machine, or a template that has some"

    check = commands.add_parser("check", parents=[config], help="list the mistakes of a configuration; exit status 1 for any")
    check.add_argument("definitions", metavar="DEFINITION", nargs="*", type=Path, help=f"{named}: are the states there?")
    add_allow_folder(check)
    python = commands.add_parser("to-python", parents=[config, output], help="write its test cases as pytest code")
    python.add_argument("definitions", metavar="DEFINITION", nargs="*", type=Path, help=f"{named}, which the tests run")
    add_allow_folder(python)
    machine = commands.add_parser("from-machine", parents=[output], help="write a configuration to begin with")
    machine.add_argument("definition", metavar="DEFINITION", type=Path, help=named)
    machine.add_argument("--logical-id", metavar="ID", help="which state machine of a template")
    machine.add_argument("--name", help="the state machine's name, when it is not that of the file or the template")
    add_allow_folder(machine)
    history = commands.add_parser("from-history", parents=[output], help="write the test case that repeats an execution")
    history.add_argument("file", metavar="FILE", type=Path, help="the JSON of get_execution_history")
    history.add_argument("--machine", default="StateMachine", metavar="NAME", help="name of the state machine")
    history.add_argument("--test-case", default="Recorded", metavar="NAME", help="name of the test case")

    chosen = parser.parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DefinitionWarning)  # a placeholder without a value hinders nothing here
        return RUN[chosen.command](chosen)


# -- commands ------------------------------------------------------------------------------------------------------------


def _check(chosen: argparse.Namespace) -> int:
    text = _text(chosen.file)
    config = MockConfig(text)
    found = problems_of(config, _machines(chosen.definitions, chosen.allow_folder))
    if found:
        write(f"{definition_error(text.name, found, text.text)}\n")
    errors = sum(problem.severity == "ERROR" for problem in found)
    if not errors:
        cases = sum(map(len, config.machines.values()))
        counts = (_counted(len(config.machines), "state machine"), _counted(cases, "test case"))
        write(f"{text.name}: {', '.join(counts)}, {_counted(len(config.responses), 'response')}: no mistakes\n")
    return int(errors > 0)


def _to_python(chosen: argparse.Namespace) -> int:
    config = mock_config_of(_text(chosen.file))
    folder = chosen.output.absolute().parent if chosen.output is not None else Path.cwd()
    machines = _machines(chosen.definitions, chosen.allow_folder)
    loaded = {}
    for name, machine in paired(config, machines).items():
        found = machine._found
        file = found.template.path if found is not None else machine._source.path
        path = Path(os.path.relpath(file or Path(), folder)).as_posix()
        loaded[name] = Loaded(machine, path, found.logical_id if found is not None else None)
    write(to_python(config, loaded), chosen.output)
    return 0


def _from_machine(chosen: argparse.Namespace) -> int:
    there = _machines([chosen.definition], chosen.allow_folder)
    machines = [machine for machine in there if chosen.logical_id in (None, machine.logical_id)]
    if len(machines) != 1:
        if [machine.logical_id for machine in there] == [None]:
            raise PytestSfnError(
                f"{chosen.definition}: this is a definition itself, no template\n  fix  leave out --logical-id"
            )
        ids = ", ".join(str(machine.logical_id) for machine in there)
        raise PytestSfnError(f"{chosen.definition}: name one state machine with --logical-id\n  there  {ids or 'none'}")
    write(_json(skeleton(machines[0], chosen.name or machines[0].name)), chosen.output)
    return 0


def _from_history(chosen: argparse.Namespace) -> int:
    file = find_file(str(chosen.file), [Path.cwd()], "history")
    try:
        history = json.loads(read_text(file))
    except (ValueError, RecursionError) as error:
        fix = "save what `aws stepfunctions get-execution-history` writes"
        raise PytestSfnError(f"{shown_path(file)}: this is no JSON: {error}\n  fix  {fix}") from None
    try:
        config = config_of_history(history, chosen.machine, chosen.test_case)
    except PytestSfnError as error:
        raise PytestSfnError(f"{shown_path(file)}: {error}") from None
    write(_json(config), chosen.output)
    return 0


RUN = {"check": _check, "to-python": _to_python, "from-machine": _from_machine, "from-history": _from_history}


# -- a configuration and the machines that it is for ---------------------------------------------------------------------


def problems_of(config: MockConfig, machines: Sequence[StateMachine]) -> list[Diagnostic]:
    """All mistakes of a configuration; with warnings of what works and is probably not meant."""
    found = list(config.problems)
    pairs = paired(config, machines)
    for name, machine in pairs.items():
        for case in config.machines[name].values():
            found += case.misfits(machine)
        found += _unlikely(config, config.machines[name].values(), machine)
    used = set(map(id, pairs.values()))
    for machine in machines:
        if id(machine) not in used:
            meant = suggest(machine.name, config.machines, "did you mean {!r}? ")
            hint = f"{meant}it has {', '.join(map(repr, config.machines)) or 'none'}"
            found.append(config.problem("/StateMachines", f"there is no state machine '{machine.name}'", hint))
    return [*found, *config.unused()]


def _unlikely(config: MockConfig, cases: Iterable[Case], machine: StateMachine) -> Iterator[Diagnostic]:
    """Warnings of outcomes that the service of their state could never have."""
    named = {(state, response) for case in cases for state, response in case.states.items()}
    for state, response in sorted(named, key=lambda pair: (pair[0], pair[1].name)):
        task = machine.states.get(state)
        if not isinstance(task, TaskState) or task.resource.kind != "service":
            continue
        for outcome in response.outcomes:
            if outcome.error is None:
                misfits = answer_misfits(task.resource, outcome.result)
                problem = f"AWS could never give this answer: {misfits[0].whole_text}" if misfits else None
            else:
                unknown = unknown_error(task.resource, outcome.error)
                problem = f"it throws '{outcome.error}', {unknown}" if unknown else None
            if problem is not None:
                yield config.problem(outcome.pointer, f"state '{state}': {problem}", severity="WARNING")


def paired(config: MockConfig, machines: Sequence[StateMachine]) -> dict[str, StateMachine]:
    """The machines by their names in the configuration; if it has one, and one is given, they belong together."""
    if len(config.machines) == len(machines) == 1:
        return {next(iter(config.machines)): machines[0]}
    names = {name: machine for machine in machines for name in (machine.logical_id, machine.name) if name is not None}
    return {name: names[name] for name in config.machines if name in names}


def _machines(files: Iterable[Path], allowed_folders: Sequence[Path]) -> list[StateMachine]:
    found = []
    for named in files:
        file = find_file(str(named), [Path.cwd()])
        if format_of(read_text(file), file) is not None:
            machines = find_machines(file, loose=True, allowed_folders=allowed_folders)
            found += [StateMachine(machine.source, machine) for machine in machines]
        else:
            found.append(StateMachine(read_loosely(file.absolute())))
    return found


# -- files ---------------------------------------------------------------------------------------------------------------


def _text(named: Path) -> Text:
    file = find_file(str(named), [Path.cwd()], "mock configuration")
    return Text(shown_path(file), read_text(file))


def _json(value: Mapping[str, object]) -> str:
    return f"{json.dumps(value, indent=2, ensure_ascii=False)}\n"


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
