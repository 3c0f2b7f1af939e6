"""What the relay reads of Kafka's requests and answers: enough to follow a transaction, no more.

Versions are those that librdkafka 2.0 to 2.16 uses and some newer; another one is an error, since the rest of the frame would be a guess.
"""

import dataclasses
import enum
import struct

from confluent_kafka import KafkaError


class API(enum.IntEnum):
    PRODUCE = 0
    INIT = 22
    ADD_PARTITIONS = 24
    ADD_OFFSETS = 25
    END = 26
    OFFSETS = 28  # TxnOffsetCommit


# The first version with compact strings and tagged fields, and the last one that is known here.
VERSIONS = {API.PRODUCE: (9, 12), API.INIT: (2, 5), API.ADD_PARTITIONS: (3, 3), API.ADD_OFFSETS: (3, 4), API.END: (3, 5), API.OFFSETS: (3, 5)}


@dataclasses.dataclass(frozen=True)
class Request:
    api: API
    correlation: int
    client: str | None
    transactional_id: str
    # Of END: commit or abort.
    is_commit: bool | None
    is_flexible: bool

    @property
    def kind(self):
        return self.api, self.transactional_id, self.is_commit


class Fields:
    """Reads one field after the other."""

    def __init__(self, frame, is_flexible=False, at=0):
        self.frame, self.is_flexible, self.at = frame, is_flexible, at

    def take(self, format):
        (value,) = struct.unpack_from(">" + format, self.frame, self.at)
        self.at += struct.calcsize(">" + format)
        return value

    def varint(self):
        value = shift = 0
        while True:
            byte = self.take("B")
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def string(self, is_compact=None):
        length = self.varint() - 1 if (self.is_flexible if is_compact is None else is_compact) else self.take("h")
        if length < 0:
            return None
        self.at += length
        return self.frame[self.at - length : self.at].decode()

    def count(self):
        return self.varint() - 1 if self.is_flexible else self.take("i")

    def tags(self):
        if self.is_flexible:
            for _ in range(self.varint()):
                self.varint()
                size = self.varint()
                self.at += size


def parse_request(frame):
    """A request of a transaction, or None for any other. `frame` is without its length."""
    key, version, correlation = struct.unpack_from(">hhi", frame)
    if key not in set(API):
        return None
    api = API(key)
    flexible, last = VERSIONS[api]
    if version > last:
        raise ValueError(f"{api.name} in version {version}: the relay knows them up to {last}")
    fields = Fields(frame, version >= flexible, at=8)
    client = fields.string(is_compact=False)
    fields.tags()
    transactional_id = fields.string()
    if transactional_id is None:
        return None
    is_commit = None
    if api == API.END:
        fields.take("q"), fields.take("h")  # producer id and epoch
        is_commit = fields.take("?")
    return Request(api, correlation, client, transactional_id, is_commit, fields.is_flexible)


def correlation(answer):
    return struct.unpack_from(">i", answer)[0]


def _errors(request, answer):
    """Where the codes of errors are in an answer; nowhere where they are not looked for (Produce, AddPartitionsToTxn)."""
    if request.api in (API.PRODUCE, API.ADD_PARTITIONS):
        return
    fields = Fields(answer, request.is_flexible, at=4)
    fields.tags()
    fields.take("i")  # throttle time
    if request.api != API.OFFSETS:
        yield fields.at
        return
    for _ in range(fields.count()):
        fields.string()
        for _ in range(fields.count()):
            fields.take("i")
            yield fields.at
            fields.take("h")
            fields.tags()
        fields.tags()


def parse_error(request, answer):
    """The name of the error in an answer, of several the first; None where it is not looked for."""
    codes = [struct.unpack_from(">h", answer, at)[0] for at in _errors(request, answer)]
    return name_of(next(filter(None, codes), 0)) if codes else None


def name_of(code):
    return KafkaError(code).name() if code else "NONE"


def with_error(request, answer, code):
    """The answer with another error in place of its own."""
    made = bytearray(answer)
    for at in _errors(request, answer):
        struct.pack_into(">h", made, at, code)
    return bytes(made)
