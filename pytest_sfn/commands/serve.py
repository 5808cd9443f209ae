"""`pytest-sfn serve [TEMPLATE...]`: the engine over HTTP."""

from __future__ import annotations

import argparse
import errno
import sys
import warnings
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from signal import SIGINT, SIGTERM, signal
from threading import Event
from typing import TYPE_CHECKING

from pytest_sfn.account.sfn_mock import SfnMock
from pytest_sfn.asl.source import find_text
from pytest_sfn.commands.options import add_allow_folder
from pytest_sfn.errors import DefinitionWarning, printable
from pytest_sfn.links import see
from pytest_sfn.loaders.formats import find_machines, format_of
from pytest_sfn.server.real_time import Clock
from pytest_sfn.server.server import KEEP, PORT, Server

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str], prog: str) -> int:
    """Serve until a signal ends it; gives the exit status: 0 after a signal, 2 if the port cannot be had.

    Raises:
        PytestSfnError: a template or the mock configuration cannot be used.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Serve the API of Step Functions on this machine, for the AWS CLI and SDKs of all languages.",
        epilog="Exit status: 0 after SIGINT or SIGTERM, 2 for wrong usage, a file that cannot be used, or a port that is "
        f"in use. More in {see('serve')}.",
    )
    parser.add_argument("templates", nargs="*", type=Path, metavar="TEMPLATE", help="a definition, or a template with its code")
    parser.add_argument("--port", type=int, default=PORT, help=f"{PORT} by default; 0 for any that is free")
    parser.add_argument("--host", default="127.0.0.1", help="127.0.0.1 by default, which only this machine reaches")
    parser.add_argument(
        "--time", choices=("virtual", "real"), default="virtual", help="virtual by default: calls that read move it"
    )
    parser.add_argument("--keep", type=int, default=KEEP, metavar="N", help=f"how many executions to keep, {KEEP:,} by default")
    parser.add_argument("--mock-config", type=Path, metavar="FILE", help="a MockConfigFile.json; or in SFN_MOCK_CONFIG")
    add_allow_folder(parser)
    chosen = parser.parse_args(arguments)
    if chosen.keep < 1:
        parser.error(f"argument --keep: {chosen.keep} is less than 1")
    real = chosen.time == "real"
    sfn_mock = SfnMock(start_time=datetime.now(UTC))  # clients compute times to wait for
    with warnings.catch_warnings():
        warnings.simplefilter("always", DefinitionWarning)
        warnings.showwarning = lambda message, *_: _tell(f"{prog}: warning: {message}")
        _load(sfn_mock, chosen.templates, chosen.allow_folder)
    if chosen.mock_config is not None:
        sfn_mock.use_mock_config(chosen.mock_config.absolute())
    try:
        server = Server(sfn_mock, host=chosen.host, port=chosen.port, clock=Clock() if real else None, keep=chosen.keep)
    except (OSError, OverflowError) as error:
        _tell(f"{prog}: {_in_the_way(chosen.host, chosen.port, error)}")
        return 2
    if not _is_loopback(chosen.host):
        _tell(f"{prog}: warning: others may reach {chosen.host}, and no signature is checked: they can call all that is here")
    ended = Event()
    with server:
        for number in (SIGINT, SIGTERM):
            signal(number, lambda *_: ended.set())
        print(f"pytest-sfn serves Step Functions on {server.url}", flush=True)  # noqa: T201 - a command prints
        ended.wait()
    return 0


def _load(sfn_mock: SfnMock, templates: Sequence[Path], allowed_folders: Sequence[Path]) -> None:
    """Load all machines of the files, and let the code of their functions answer tasks."""
    region = {"AWS::Region": sfn_mock.region, "AWS::AccountId": sfn_mock.account_id}
    allowed = [folder.absolute() for folder in allowed_folders]
    only_functions = []
    for path in map(Path.absolute, templates):
        text, found = find_text(path)
        if format_of(text.text, found) is None:
            sfn_mock.load(path)
            continue
        machines = find_machines(path, text.text, parameters=region, allowed_folders=allowed)
        for machine in machines:
            sfn_mock.load(path, logical_id=machine.logical_id, allowed_folders=allowed)
        if not machines:
            only_functions.append(path)
    if templates:
        sfn_mock.use_handlers(*only_functions)


def _in_the_way(host: str, port: int, error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return (
            f"{host}:{port} is in use, perhaps by another server\n  fix  end that one, or take another port; --port 0 finds one"
        )
    return f"{host}:{port}: {error}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tell(text: str) -> None:
    print(printable(text, "\n"), file=sys.stderr)  # noqa: T201 - a command prints
