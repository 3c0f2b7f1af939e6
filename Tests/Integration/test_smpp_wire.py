"""SMPP as others read it: two message centres that are not ours (smpp34, Net::SMPP), and tshark on the octets of both sides."""

import asyncio
import collections
import json
import os
import pathlib
import ssl
import subprocess
import threading
import types

import pytest
import smpp34
from harness.capture import Capture
from harness.certificates import Authority
from harness.ports import free_port
from harness.requests import key_of
from harness.smpp import by_smpp

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENT = ROOT / ".build" / "debug" / "Benchmarks"

# What the client sends, again and again (Sources/Benchmarks/SMPPLoad.swift).
TEXTS = [
    "Your code is 123456",
    "Ваш код 123456: нікому яго не кажыце",
    "@_$ {5 €}",
    "Паважаны кліент, ваша замова гатовая да выдачы па адрасе Мінск, праспект Незалежнасці, 1. Чакаем вас 😀 з 9 да 21.",
    "Dear client, your order is ready. " * 6,
]
GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
EXTENSION = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€"}


class Centre:
    """smpp34 as message centre. Each part is accepted and reported as delivered: every third before its own response."""

    def __init__(self):
        self.port, self.parts, self.answers = free_port(), [], []
        self._loop, self._is_up = asyncio.new_event_loop(), threading.Event()
        threading.Thread(target=self._loop.run_until_complete, args=(self._run(),), daemon=True).start()
        assert self._is_up.wait(10)

    async def _run(self):
        server = smpp34.Server("127.0.0.1", self.port, system_id="centre")
        await server.start()
        self._is_up.set()
        sessions = {}
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                sessions[event.session_id] = event
            elif isinstance(event, smpp34.SubmitSmEvent):
                self.parts.append(event)
                await self._take(event, sessions[event.session_id], len(self.parts))

    async def _take(self, part, session, number):
        identity = f"{0xA0000 + number:08X}"
        if number % 3:
            part.accept(message_id=identity)
        text = f"id:{identity} sub:001 dlvrd:001 submit date:2611240600 done date:2611240601 stat:DELIVRD err:000 text:"
        tlvs = [smpp34.Tlv(0x0427, b"\x02"), smpp34.Tlv(0x001E, identity.encode() + b"\0")] if number % 2 else []
        answer = await session.deliver_sm(part.source_addr, text.encode(), source_addr=part.destination_addr, esm_class=4, tlvs=tlvs)
        self.answers.append(answer)
        if not number % 3:
            part.accept(message_id=identity)


# Net::SMPP as message centre: accepts each part of one connection, and prints what it has read.
PERL = """
use Net::SMPP; use JSON::PP; $| = 1;
my $listener = Net::SMPP->new_listen('127.0.0.1', port => $ARGV[0], smpp_version => 0x34) or die;
print "listening\\n";
my $link = $listener->accept or die;
while (my $pdu = $link->read_pdu()) {
    if ($pdu->{cmd} == 0x09) { $link->set_version(0x34); $link->bind_transceiver_resp(system_id => 'perl', seq => $pdu->{seq}) }
    elsif ($pdu->{cmd} == 0x15) { $link->enquire_link_resp(seq => $pdu->{seq}) }
    elsif ($pdu->{cmd} == 0x06) { $link->unbind_resp(seq => $pdu->{seq}); last }
    elsif ($pdu->{cmd} == 0x04) {
        my %read = map { $_ => $pdu->{$_} } qw(source_addr source_addr_ton destination_addr dest_addr_npi esm_class data_coding registered_delivery);
        print encode_json({%read, text => unpack('H*', $pdu->{short_message})}), "\\n";
        $link->submit_sm_resp(message_id => "p$pdu->{seq}", seq => $pdu->{seq});
    }
}
"""


def text_of(parts):
    """Rejoined, and decoded by a table of this test's own."""
    octets = b"".join(part.short_message[6:] if part.esm_class & 0x40 else part.short_message for part in parts)
    if parts[0].data_coding == 8:
        return octets.decode("utf-16-be")
    codes = iter(octets)
    return "".join(EXTENSION[next(codes)] if code == 0x1B else GSM[code] for code in codes)


def messages_of(parts):
    """Texts, rejoined by the references in their headers."""
    messages = collections.defaultdict(list)
    for number, part in enumerate(parts):
        messages[part.short_message[3] if part.esm_class & 0x40 else f"alone {number}"].append(part)
    return [text_of(sorted(parts, key=lambda part: part.short_message[5]) if len(parts) > 1 else parts) for parts in messages.values()]


@pytest.fixture(params=["plain", "tls"])
def course(request, tmp_path):
    """Twenty messages through a window of four, with a receipt for each part."""
    centre, tls, environment = Centre(), None, {}
    if request.param == "tls":
        authority = Authority(tmp_path)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(authority.issue("centre"))
        # A server that would speak HTTP too: nobody must ask it to.
        tls.set_alpn_protocols(["http/1.1"])
        environment = {"SMPP_AUTHORITIES": str(authority.certificate)}
    capture = Capture(centre.port, tls)
    command = [CLIENT, "smpp-receipts", str(capture.port), "20", "4"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True, env=os.environ | environment)
    assert set(capture.protocols) <= {None}
    yield centre, capture, json.loads(ran.stdout)
    capture.stop()


def test_another_centre_reads_every_part_and_its_receipts_are_read(course):
    centre, _, result = course
    # The Belarusian text and the last one take two parts.
    assert (result["failure"], result["parts"], result["accepted"], result["delivered"]) == ("", 28, 28, 28)
    assert sorted(messages_of(centre.parts)) == sorted(TEXTS * 4)
    for part in centre.parts:
        assert (part.source_addr, part.source_addr_ton, part.source_addr_npi) == ("Shop", 5, 0)
        assert (part.destination_addr, part.dest_addr_ton, part.dest_addr_npi) == ("375291234567", 1, 1)
        assert part.registered_delivery == 1


def test_tshark_finds_nothing_wrong(course, tmp_path):
    _, capture, _ = course
    packets = capture.packets(tmp_path / "course.pcap", "smpp")
    assert not [packet for packet in packets if "_ws.malformed" in json.dumps(packet) or "_ws.expert" in json.dumps(packet.get("smpp"))]
    commands = collections.Counter(int(pdu["smpp.command_id"], 16) for pdu in pdus_of(packets))
    assert commands[0x09] == commands[0x8000_0009] == 1
    assert commands[0x04] == commands[0x8000_0004] == commands[0x05] == commands[0x8000_0005] == 28
    assert commands[0x06] == 1
    # The Belarusian text and the last one, four times each.
    joined = [packet["gsm_sms_ud"] for packet in packets if "gsm_sms_ud" in packet]
    assert len(joined) > 0 and "Concatenated short messages, 8-bit reference number" in json.dumps(joined)
    assert set(commands) <= {0x09, 0x8000_0009, 0x04, 0x8000_0004, 0x05, 0x8000_0005, 0x06, 0x8000_0006, 0x15, 0x8000_0015}


def pdus_of(packets):
    return [pdu for packet in packets for pdu in (packet["smpp"] if isinstance(packet["smpp"], list) else [packet["smpp"]])]


@pytest.mark.parametrize("way", ["udh", "sar", "payload"])
def test_what_the_worker_says_is_read_by_others(make_site, tmp_path, way):
    """The worker itself at smpp34, with tshark between them: GSM and UCS-2, one part and several, each way of joining them."""
    centre = Centre()
    capture = Capture(centre.port)
    site = by_smpp(make_site(None), capture.port, "secret")
    worker = site.started(SMPP_CONCATENATION=way, SMPP_SYSTEM_TYPE="vma", SMPP_SYSTEM_ID="shop")
    made = site.send(
        *({"id": f"wire-{number}", "phone": f"+37529{2000000 + number}", "text": text, "sender": "Shop", "expiresAt": "2099-01-01T00:00:00Z"}
          for number, text in enumerate(TEXTS)), key=key_of("wire"),
    )  # fmt: skip
    for end in site.status.until_final(*made):
        assert end.status == "DELIVERED"
    assert worker.terminate() == 0
    packets = capture.packets(tmp_path / "worker.pcap", "smpp")
    capture.stop()
    assert not [packet for packet in packets if "_ws.malformed" in json.dumps(packet) or "_ws.expert" in json.dumps(packet.get("smpp"))]
    pdus = pdus_of(packets)
    submits = [pdu for pdu in pdus if int(pdu["smpp.command_id"], 16) == 0x04]
    count = len(TEXTS) if way == "payload" else len(TEXTS) + 2
    assert len(submits) == len(centre.parts) == count
    commands = collections.Counter(int(pdu["smpp.command_id"], 16) for pdu in pdus)
    assert commands[0x09] == commands[0x06] == 1 and commands[0x8000_0005] == count
    assert all(pdu["smpp.validity_period_r"] if "smpp.validity_period_r" in pdu else "smpp.validity_period" in json.dumps(pdu) for pdu in submits)
    assert {part.destination_addr for part in centre.parts} == {f"37529{2000000 + number}" for number in range(len(TEXTS))}
    said = json.dumps(submits)
    names = {"sar": ["sar_msg_ref_num", "sar_total_segments", "sar_segment_seqnum"], "payload": ["message_payload"]}.get(way, [])
    for name in ["sar_msg_ref_num", "sar_total_segments", "sar_segment_seqnum", "message_payload"]:
        assert (f"smpp.{name}" in said) == (name in names), name
    if way == "udh":
        assert sorted(messages_of(centre.parts)) == sorted(TEXTS)
        assert "Concatenated short messages, 8-bit reference number" in json.dumps([packet.get("gsm_sms_ud") for packet in packets])
    if way == "sar":
        joined = collections.defaultdict(dict)
        for part in centre.parts:
            tlvs = {tlv.tag: int.from_bytes(tlv.value) for tlv in part.tlvs}
            joined[part.destination_addr, tlvs.get(0x020C)][tlvs.get(0x020F, 1)] = part
        assert sorted(text_of([parts[number] for number in sorted(parts)]) for parts in joined.values()) == sorted(TEXTS)


def test_a_third_decoder_reads_the_same():
    port = free_port()
    with subprocess.Popen(["perl", "-e", PERL, str(port)], stdout=subprocess.PIPE, text=True) as centre:
        assert centre.stdout.readline() == "listening\n"
        ran = subprocess.run([CLIENT, "smpp", str(port), "20", "4"], capture_output=True, text=True, timeout=90, check=True)
        read = [json.loads(line) for line in centre.stdout]
    result = json.loads(ran.stdout)
    assert (result["failure"], result["parts"], result["accepted"]) == ("", 28, 28)
    parts = [types.SimpleNamespace(**part, short_message=bytes.fromhex(part["text"])) for part in read]
    assert sorted(messages_of(parts)) == sorted(TEXTS * 4)
    for part in parts:
        assert (part.source_addr, part.source_addr_ton, part.destination_addr, part.dest_addr_npi) == ("Shop", 5, "375291234567", 1)
        assert part.registered_delivery == 1
