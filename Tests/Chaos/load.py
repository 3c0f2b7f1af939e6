"""Requests at a steady rate, policies mixed, and what ends them."""

import random
import threading
import time

from harness.judge import repeats
from harness.requests import key_of, request
from harness.waiting import TimedOut

POLICIES = ["resend", "fail", "hold"]
LONG = "Ваш код подтверждения: 4711. Никому его не говорите. " * 2


class Load:
    """Publishes until it is stopped. With `is_plain` every record is a request, and none is a repeat."""

    def __init__(self, site, seed, rate, door="http", is_plain=False):
        self.site, self.rate, self.door, self.is_plain = site, rate, door, is_plain
        self.chance = random.Random(f"{seed}/load")
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.failure = None
        self.early = []

    def _run(self):
        begun, number = time.monotonic(), 0
        try:
            while not self.done.wait(max(0, begun + number / self.rate - time.monotonic())):
                self._publish(number)
                number += 1
        except Exception as failure:
            self.failure = failure

    def _publish(self, number):
        chance, draw = self.chance, self.chance.random()
        key = key_of(chance.randrange(500)) if chance.random() < 0.9 else None
        if not self.is_plain and draw < 0.005:
            return self.site.publish(b'{"phone": ', key=key or key_of(number), bad="NOT_JSON")
        more = {"onUnknown": chance.choice(POLICIES)}
        if chance.random() < 0.1:
            more["priority"] = True
        if self.door == "smpp" and chance.random() < 0.3:
            more["text"] = f"{LONG}{number}"
        made = request(f"c-{number}", **more)
        self.site.publish(made, key=key)
        if key and draw < 0.02:
            self.early.append((made, key))
        # The same once more: at once, or when it has long ended.
        if not self.is_plain and key and draw > 0.995:
            self.site.publish(made, key=key)
        elif not self.is_plain and draw > 0.99 and number > 500 and self.early:
            again, key = self.early.pop(0)
            self.site.publish(again, key=key)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join(120)


def unended(site):
    repeated = repeats(site.published)
    return [
        one for one in site.published
        if not one.is_command and one.place not in repeated and not site.status.final(one) and not site.dead_letters.of(one)
    ]  # fmt: skip


def settle(site, patience, resolves=True):
    """Waits until all have ended, at most `patience` seconds; an operator calls failed what is held. What is still open then."""
    end = time.monotonic() + patience
    while True:
        try:
            site.wait_over(timeout=min(8, max(1, end - time.monotonic())))
            return []
        except TimedOut:
            left = unended(site)
            if not left or time.monotonic() > end:
                return left
            if resolves:
                # A command that came before its request was held is dropped: it is given again.
                for one in left:
                    if one.policy == "hold" and not site.status.of(one):
                        site.publish({"command": "resolve", "id": one.id, "as": "failed"}, topic=one.topic, partition=one.partition, key=one.key)
                site.flush(120)
