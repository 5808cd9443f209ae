"""Seeded randomness: everything that is drawn or made up for one run, or for the account itself.

Each purpose has a stream of its own, so that one draw more for one purpose moves no other: an added mock must not change
a jitter. Streams are made when first used, since a generator costs as much as a whole task.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

__all__ = ["Chance"]


class Chance:
    """The random streams of one owner.

    Args:
        owner: what tells its streams from those of others: the seed and the number of the run.
    """

    __slots__ = ("_draws", "_owner", "_streams", "_uuids")

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._streams: dict[str, Random] = {}
        self._draws: dict[str, int] = {}
        self._uuids: dict[str, int] = {}

    def random(self, purpose: str) -> Random:
        """The stream of one purpose."""
        stream = self._streams.get(purpose)
        if stream is None:
            from random import Random  # only what draws pays for it

            stream = self._streams[purpose] = Random(f"{self._owner}:{purpose}")
        return stream

    def next_draw(self, purpose: str) -> int:
        """The number of the next draw of that purpose; `drawn` gives its generator."""
        number = self._draws[purpose] = self._draws.get(purpose, 0) + 1
        return number

    def drawn(self, purpose: str, number: int) -> Random:
        """A fresh generator for one draw: the same one whenever it is asked for, so that an inspection can draw again."""
        from random import Random

        return Random(f"{self._owner}:{purpose}:{number}")

    def uuid(self, purpose: str) -> str:
        """The next UUID (version 4) of that purpose."""
        number = self._uuids.get(purpose, 0)
        self._uuids[purpose] = number + 1
        return self.only_uuid(f"{purpose}:{number}")

    def only_uuid(self, purpose: str) -> str:
        """The one UUID (version 4) of that purpose: a hash, since making a generator costs as much as a whole task."""
        text = blake2b(f"{self._owner}:{purpose}".encode(), digest_size=16).hexdigest()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def forget(self) -> None:
        """Free the streams, once their run is over."""
        self._streams = {}
