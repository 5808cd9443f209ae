"""Test AWS Step Functions workflows inside pytest: in milliseconds, in virtual time, without AWS.

coverage.py, told to use `pytest_sfn.coverage`, imports this before pytest does, which pytest would warn of if it wanted to
rewrite its asserts: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_sfn.account.execution import Execution, StateReport
    from pytest_sfn.account.machine import Machine
    from pytest_sfn.account.one_state import StateTest
    from pytest_sfn.account.sfn_aws import SfnAws
    from pytest_sfn.account.sfn_mock import SfnMock
    from pytest_sfn.definition import StateMachine, load
    from pytest_sfn.deploy.deployed import Deployed
    from pytest_sfn.engine.quotas import Quotas
    from pytest_sfn.errors import (
        DefinitionError,
        DefinitionWarning,
        DeploymentError,
        Diagnostic,
        ExecutionError,
        InternalError,
        JsonValueError,
        Location,
        MockError,
        MockWarning,
        PytestSfnError,
        TaskTokenError,
        UnknownAttributeError,
        UnknownStateError,
        UnsupportedError,
    )
    from pytest_sfn.faults.cases import FaultCase
    from pytest_sfn.faults.fault import Fault
    from pytest_sfn.gate.call import NotServedError
    from pytest_sfn.gate.network import NetworkError
    from pytest_sfn.mocks.calls import Call
    from pytest_sfn.mocks.http import HttpCall, HttpMock
    from pytest_sfn.mocks.mock import Mock, Script
    from pytest_sfn.mocks.operations import ServiceMocks
    from pytest_sfn.tasks.http_message import HttpRequest, HttpResponse
    from pytest_sfn.trace.map_run import MapRun
    from pytest_sfn.trace.visits import Attempt, Line, Visit

__all__ = [
    "Attempt",
    "Call",
    "DefinitionError",
    "DefinitionWarning",
    "Deployed",
    "DeploymentError",
    "Diagnostic",
    "Execution",
    "ExecutionError",
    "Fault",
    "FaultCase",
    "HttpCall",
    "HttpMock",
    "HttpRequest",
    "HttpResponse",
    "InternalError",
    "JsonValueError",
    "Line",
    "Location",
    "Machine",
    "MapRun",
    "Mock",
    "MockError",
    "MockWarning",
    "NetworkError",
    "NotServedError",
    "PytestSfnError",
    "Quotas",
    "Script",
    "ServiceMocks",
    "SfnAws",
    "SfnMock",
    "StateMachine",
    "StateReport",
    "StateTest",
    "TaskTokenError",
    "UnknownAttributeError",
    "UnknownStateError",
    "UnsupportedError",
    "Visit",
    "load",
]

_HOMES = {
    "pytest_sfn.account.sfn_mock": ("SfnMock",),
    "pytest_sfn.account.sfn_aws": ("SfnAws",),
    "pytest_sfn.engine.quotas": ("Quotas",),
    "pytest_sfn.account.execution": ("Execution", "StateReport"),
    "pytest_sfn.account.one_state": ("StateTest",),
    "pytest_sfn.faults.cases": ("FaultCase",),
    "pytest_sfn.mocks.calls": ("Call",),
    "pytest_sfn.mocks.http": ("HttpCall", "HttpMock"),
    "pytest_sfn.mocks.mock": ("Mock", "Script"),
    "pytest_sfn.mocks.operations": ("ServiceMocks",),
    "pytest_sfn.trace.map_run": ("MapRun",),
    "pytest_sfn.trace.visits": ("Attempt", "Line", "Visit"),
    "pytest_sfn.account.machine": ("Machine",),
    "pytest_sfn.faults.fault": ("Fault",),
    "pytest_sfn.gate.call": ("NotServedError",),
    "pytest_sfn.gate.network": ("NetworkError",),
    "pytest_sfn.definition": ("StateMachine", "load"),
    "pytest_sfn.deploy.deployed": ("Deployed",),
    "pytest_sfn.tasks.http_message": ("HttpRequest", "HttpResponse"),
    "pytest_sfn.errors": (
        "DefinitionError",
        "DefinitionWarning",
        "DeploymentError",
        "Diagnostic",
        "ExecutionError",
        "InternalError",
        "JsonValueError",
        "Location",
        "MockError",
        "MockWarning",
        "PytestSfnError",
        "TaskTokenError",
        "UnknownAttributeError",
        "UnknownStateError",
        "UnsupportedError",
    ),
}


__version__: str  # read from the installed package when it is asked for

_cache_folder: Callable[[], Path] | None = None
"""Makes our folder in pytest's cache; set by the plugin, which loads no other module of ours before a test needs it."""


def __getattr__(name: str) -> object:
    """Import a public name when it is used: pytest imports this package in every run of an environment that has it.

    The name is not kept here. A run of pytest inside of another, as `pytester` makes them, forgets the modules that it imports,
    and this package would go on with classes of those while the plugin looks at others.
    """
    from importlib import import_module

    if name == "__version__":
        return _version()
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("pytest-sfn")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"


def __dir__() -> list[str]:
    """The public names only, without imported modules and names of this module's own."""
    return sorted(__all__)
