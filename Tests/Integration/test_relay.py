"""What the late-frames relay reads of a frame, and when a plan stops."""

import struct

import pytest

from harness import frames
from harness.frames import API, parse_error, parse_request, with_error
from harness.plan import Plan


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def header(api, version, correlation=7):
    return struct.pack(">hhi", api, version, correlation) + text("rdkafka")


@pytest.mark.parametrize("is_commit", [True, False])
def test_the_end_of_a_transaction_is_read(is_commit):
    request = parse_request(header(API.END, 1) + text("t-0") + struct.pack(">qh?", 5, 1, is_commit))
    assert (request.api, request.correlation, request.client, request.transactional_id, request.is_commit) == (API.END, 7, "rdkafka", "t-0", is_commit)
    answer = struct.pack(">iih", 7, 0, 47)
    assert frames.correlation(answer) == 7
    assert parse_error(request, answer) == "INVALID_PRODUCER_EPOCH"


def test_offsets_with_compact_fields_are_read():
    request = parse_request(header(API.OFFSETS, 3) + b"\x00" + b"\x04t-1" + b"\x02g")
    assert (request.api, request.transactional_id, request.is_commit) == (API.OFFSETS, "t-1", None)
    # A tag in the header; one topic of two partitions, the second refused.
    partitions = b"\x03" + struct.pack(">ih", 0, 0) + b"\x00" + struct.pack(">ih", 1, 22) + b"\x00"
    answer = struct.pack(">i", 7) + b"\x01\x05\x02ab" + struct.pack(">i", 0) + b"\x02" + b"\x02r" + partitions + b"\x00\x00"
    assert parse_error(request, answer) == "ILLEGAL_GENERATION"
    assert parse_error(request, with_error(request, answer, 30)) == "GROUP_AUTHORIZATION_FAILED"


def test_an_answer_is_given_another_error():
    request = parse_request(header(API.ADD_OFFSETS, 0) + text("t-0") + struct.pack(">qh", 5, 1) + text("group"))
    answer = with_error(request, struct.pack(">iih", 7, 0, 0), 30)
    assert parse_error(request, answer) == "GROUP_AUTHORIZATION_FAILED"


def test_what_is_no_transaction_passes_unread():
    assert parse_request(header(3, 12) + b"anything") is None
    assert parse_request(header(API.PRODUCE, 7) + struct.pack(">h", -1)) is None, "a producer without transactions"


def test_an_unknown_version_is_an_error():
    with pytest.raises(ValueError, match="ADD_PARTITIONS in version 4"):
        parse_request(header(API.ADD_PARTITIONS, 4))


def test_a_plan_stops_where_it_says():
    def at(plan, api, produced):
        return Plan.parse(plan).stops_at(frames.Request(api, 1, None, "t", None, False), produced)

    assert at("commit:gate:produce:1", API.PRODUCE, 1) and not at("commit:gate:produce:1", API.PRODUCE, 0)
    assert at("abort:gate:before-offsets", API.OFFSETS, 0) and at("offsets:gate:before-end/mute", API.END, 3)
    assert not at("commit:delay:1-200", API.END, 0)
    assert Plan.parse("commit:delay:1-200").delay == (1, 200)
    with pytest.raises(ValueError):
        Plan.parse("commit:gates")
