"""Which request of a transaction the relay keeps back, and when it lets it go."""

import dataclasses
import re

from .frames import API

WANTED = {"commit": (API.END, True), "abort": (API.END, False), "offsets": (API.OFFSETS, None), "init": (API.INIT, None)}


@dataclasses.dataclass(frozen=True)
class Plan:
    """Written WHAT:MOMENT[/mute]. WHAT is commit, abort, offsets or init; MOMENT is one of

    delay:1-200      so many milliseconds after the repeat was answered
    gate:produce:N   before a later transaction's Produce request number N, from 0
    gate:before-offsets, gate:before-end
    drop             as delay, but never delivered: what everything else does without the late frame
    """

    what: str
    moment: str
    is_mute: bool = False

    @classmethod
    def parse(cls, text):
        found = re.fullmatch(r"(\w+):(delay:\d+-\d+|gate:produce:\d+|gate:before-offsets|gate:before-end|drop)(/mute)?", text)
        if not found or found[1] not in WANTED:
            raise ValueError(f"no plan: {text}")
        return cls(found[1], found[2], found[3] is not None)

    def __str__(self):
        return f"{self.what}:{self.moment}{'/mute' if self.is_mute else ''}"

    @property
    def delay(self):
        """Milliseconds, least and most; None at a gate."""
        if self.moment == "drop":
            return 1, 200
        kind, _, bounds = self.moment.partition(":")
        return tuple(map(int, bounds.split("-"))) if kind == "delay" else None

    def wants(self, request):
        return (request.api, request.is_commit) == WANTED[self.what]

    def stops_at(self, request, produced):
        match self.moment.split(":"):
            case ["gate", "produce", number]:
                return request.api == API.PRODUCE and produced == int(number)
            case ["gate", "before-offsets"]:
                return request.api == API.OFFSETS
            case ["gate", "before-end"]:
                return request.api == API.END
        return False


@dataclasses.dataclass(frozen=True)
class Late:
    """A kept frame that was let go, and what it met."""

    plan: Plan
    # The producer had begun another transaction since; that one was open; the producer had been made anew, under a higher epoch.
    is_later: bool
    is_open: bool
    is_renewed: bool
    # The broker's answer; None for one that was dropped.
    answer: str | None
