"""What an answer means: a receipt that came is never thrown away, whatever is wrong around it (G3: what was accepted is not sent again), and a
page of a web server in front is no answer of the provider's (G1)."""

import json
import os
import random
import time

import pytest

from harness.requests import key_of, phone
from harness.scripted import ScriptedProvider
from harness.waiting import wait_for

# Announced, for a request that meets the end of a connection unannounced may have been read.
CLOSE = b"Connection: close\r\n"
OK = b"HTTP/1.1 200 OK\r\n" + CLOSE


def sized(body, more=0, status=b"HTTP/1.1 200 OK", fields=b""):
    return b"%s\r\n%sContent-Length: %d\r\n%s\r\n" % (status, CLOSE, len(body) + more, fields) + body


def chunk(body):
    return b"%x\r\n" % len(body) + body + b"\r\n"


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
# Whether the connection is reset behind it.
ENVELOPES = {
    "a good one": (sized, False),
    "no length": (lambda body: OK + b"\r\n" + body, False),
    "a length too large": (lambda body: sized(body, 29), False),
    "a length too large, then a reset": (lambda body: sized(body, 29), True),
    "a length too small": (lambda body: sized(body, -5), False),
    "two lengths": (lambda body: OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n" + body, False),
    "a length that is none": (lambda body: OK + b"Content-Length: many\r\n\r\n" + body, False),
    "a folded header": (lambda body: sized(body, fields=b"Set-Cookie: a=b\r\n    continued; path=/\r\n"), False),
    "a header without a colon": (lambda body: sized(body, fields=b"Warning\r\n"), False),
    "a header of 20,000 bytes": (lambda body: sized(body, fields=b"X: " + b"x" * 20_000 + b"\r\n"), False),
    "lines without CR": (lambda body: b"HTTP/1.1 200 OK\nConnection: close\nContent-Length: %d\n\n" % len(body) + body, False),
    "HTTP/2 in text": (lambda body: sized(body, status=b"HTTP/2 200"), False),
    "404": (lambda body: sized(body, status=b"HTTP/1.1 404 Not Found"), False),
    "500": (lambda body: sized(body, status=b"HTTP/1.1 500 Oh"), False),
    "503 with Retry-After": (lambda body: sized(body, status=b"HTTP/1.1 503 Busy", fields=b"Retry-After: 1\r\n"), False),
    "a coding that it has not": (lambda body: sized(body, fields=b"Content-Encoding: gzip\r\n"), False),
    "chunks without their end": (lambda body: CHUNKED + chunk(body), False),
    "chunks that end in a reset": (lambda body: CHUNKED + chunk(body) + b"0", True),
    "chunks, then noise": (lambda body: CHUNKED + chunk(body) + b"xyz\r\n", False),
    "a chunk cut in two, a bad one behind": (lambda body: CHUNKED + chunk(body[:20]) + chunk(body[20:]) + b"G\r\n", False),
}
BODIES = {
    "a receipt": b'{"id":8767,"status":"SENT","cost":{"credits":1,"money":0.02}}',
    "a PHP warning before it": b"<br />\n<b>Warning</b>:  Undefined index in <b>/var/www/api.php</b> on line <b>7</b><br />\n"
    b'{"id":8767,"status":"SENT","cost":{"credits":1,"money":0.02}}',
    "another code page in it": b'{"id":8767,"status":"SENT","text":"\xcf\xf0\xe8"}',
    "a mark before it": b'\xef\xbb\xbf{"id":8767,"status":"SENT"}',
    "a page around it": b'<html><style>p{color:red}</style><body>{"id":8767,"status":"QUEUED"}</body></html>',
    "a log line after it": b'{"id":8767,"status":"SENT"}\n[error] { "x',
    "a cut object around it": b'{"took":3,"result":{"id":8767,"status":"SENT"},"ti',
    "a call around it": b'callback({"id":8767,"status":"SENT"});',
    "a line feed in a text of it": b'{"text":"a\nb","id":8767,"status":"SENT"}',
    "a comma too many in it": b'{"id":8767,"status":"SENT",}',
    "an id in quotes": b'<p>{"id":"8767","status":"QUEUED"}',
    "a cost and no status": b'<p>{"cost":{"credits":1,"money":"0.2"},"id":8767}',
}


def answers(seed):
    """Each envelope around two bodies and each body in two envelopes, by chance: 64 in all."""
    chance = random.Random(seed)
    made = []
    for name, envelope in ENVELOPES.items():
        made += [(f"{name}, {body}", envelope, BODIES[body]) for body in chance.sample(sorted(BODIES), 2)]
    for name, body in BODIES.items():
        made += [(f"{envelope}, {name}", ENVELOPES[envelope], body) for envelope in chance.sample(sorted(ENVELOPES), 2)]
    return made


@pytest.mark.parametrize("policy", ["resend", "hold"])
def test_a_receipt_in_a_damaged_envelope_is_one_sms(make_site, policy):
    cases = answers(seed=8767)
    by_phone = {phone(): (number, case) for number, case in enumerate(cases)}

    def answer(form):
        number, (_, (wrap, is_reset), body) = by_phone[form["phone"]]
        return wrap(body.replace(b"8767", b"%d" % (10_000 + number))), is_reset

    provider = ScriptedProvider(answer)
    try:
        site = make_site(provider)
        site.started(SEND_ON_UNKNOWN=policy, TRACK_CADENCE="500ms", SEND_MAX_IN_FLIGHT=8)
        published = {
            number: site.publish({"id": f"r-{number}", "phone": to, "text": "Your code is 1234"}, key=key_of(number))
            for to, (number, _) in by_phone.items()
        }
        site.flush()
        site.status.until_final(*site.published)
        names = {number: case[0] for number, case in by_phone.values()}
        wrong = [
            f"{names[number]}: {event.status} {event.value.get('messageId')} {event.value.get('reason')}"
            for number, event in ((number, site.status.final(one)) for number, one in published.items())
            if event.status != "DELIVERED" or event.value.get("messageId") != str(10_000 + number) or event.value.get("possibleDuplicate")
        ]
        assert not wrong, wrong
        phones = [form["phone"] for form in provider.sends]
        again = [by_phone[to][1][0] for to in set(phones) if phones.count(to) > 1]
        assert not again, f"sent again: {again}"
        assert len(phones) == len(cases)
    finally:
        provider.stop()


PAGE = b"<html><body><h1>%s</h1></body></html>"
FRONTS = {
    "redirect": sized(PAGE % b"Moved", status=b"HTTP/1.1 301 Moved Permanently", fields=b"Location: https://elsewhere.example/\r\n"),
    "not found": sized(PAGE % b"Not Found", status=b"HTTP/1.1 404 Not Found"),
    "forbidden": sized(PAGE % b"Forbidden", status=b"HTTP/1.1 403 Forbidden"),
}
# A minute is what the README's figure is from.
FRONT_SECONDS = float(os.environ.get("FRONT_SECONDS", "10"))


@pytest.mark.long
@pytest.mark.parametrize("front", FRONTS)
def test_a_web_server_in_front_fails_nothing(make_site, front):
    """With 1,000 waiting, under the policy that would make a final failure of every unknown."""
    until = None

    def answer(form):
        if until is None or time.monotonic() < until:
            return FRONTS[front], False
        return sized(b'{"id":%d,"status":"SENT"}' % int(form["phone"][-9:])), False

    provider = ScriptedProvider(answer)
    try:
        site = make_site(provider)
        for number in range(1_000):
            site.publish({"id": f"f-{number}", "phone": phone(), "text": "Your code is 1234"}, key=key_of(number))
        site.flush()
        worker = site.started(SEND_ON_UNKNOWN="fail", TRACK_CADENCE="500ms", LOG_LEVEL="info")
        # Some are on their way to an attempt again.
        wait_for(lambda: worker.metric("rocketsms_requests_waiting") > 900, 30, worker.state)
        until = time.monotonic() + FRONT_SECONDS
        site.status.until_final(*site.published, timeout=FRONT_SECONDS + 120)
        finals = [site.status.final(one) for one in site.published]
        wrong = [event.value for event in finals if event.status != "DELIVERED" or event.value.get("possibleDuplicate")]
        assert not wrong, json.dumps(wrong)
        pages = len(provider.sends) - 1_000
        print(f"{front}: {pages} requests met the page in {FRONT_SECONDS:.0f} s and more")
        named = [line for line in map(json.loads, worker.log().splitlines()) if provider.url in json.dumps(line) and "address" in json.dumps(line)]
        assert len(named) == 1, named
    finally:
        provider.stop()
