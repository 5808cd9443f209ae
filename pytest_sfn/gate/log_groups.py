"""CloudWatch Logs as moto keeps it, for what AWS's services write by themselves.

A client's PutLogEvents would not do: moto takes only what is no older than two weeks of real time, and what is written here has
virtual times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["write"]


def write(account: str, region: str, group: str, stream: str, events: Iterable[Mapping[str, Any]]) -> None:
    """Append events to a stream, which is made when it is not there; nothing happens if the group is not there.

    Args:
        events: `{"timestamp": milliseconds, "message": str}`, in order of time.
    """
    from moto.logs.models import logs_backends

    backend: Any = logs_backends[account][region]
    if group not in backend.groups:
        return
    streams = backend.groups[group].streams
    if stream not in streams:
        backend.create_log_stream(group, stream)
    streams[stream].put_log_events(list(events))
