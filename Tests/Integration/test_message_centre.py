"""The simulator as message centre, used by clients that are not ours: smpp34 and Net::SMPP."""

import asyncio
import json
import subprocess

import pytest
import smpp34
from harness.ports import free_port
from harness.simulator import Simulator

PASSWORD = "secret"
PHONE = "375291234567"


@pytest.fixture
def centre(tmp_path):
    port = free_port()
    simulator = Simulator(tmp_path, switches={"smpp-id-form": "hex-then-decimal", "id-start": "1000"}, smpp_port=port)
    simulator.control("credentials", password=PASSWORD)
    yield simulator, port
    simulator.stop()


def parts(simulator):
    return simulator.ask("parts")["parts"]


def test_a_client_submits_and_has_its_receipts(centre):
    simulator, port = centre

    async def course():
        client = smpp34.Client("127.0.0.1", port, Simulator.USERNAME, PASSWORD)
        session = await client.connect()
        answers = [await session.submit_sm(PHONE, f"part {number}".encode(), source_addr="Shop", registered_delivery=1) for number in range(3)]
        receipts = []
        while len(receipts) < 3:
            event = await asyncio.wait_for(session.next(), 20)
            if isinstance(event, smpp34.DeliverSmEvent):
                receipts.append(event)
        await session.unbind()
        return answers, receipts

    answers, receipts = asyncio.run(course())
    assert [answer.message_id for answer in answers] == ["3E8", "3E9", "3EA"]
    assert [bytes.fromhex(part["octets"]).decode() for part in parts(simulator)] == ["part 0", "part 1", "part 2"]
    assert {part["destination"] for part in parts(simulator)} == {PHONE}
    for receipt in receipts:
        assert receipt.esm_class == 4 and receipt.source_addr == PHONE and b"stat:DELIVRD" in receipt.short_message
    assert sorted(receipt.short_message.split()[0] for receipt in receipts) == [b"id:1000", b"id:1001", b"id:1002"]


PERL = """
use Net::SMPP; use JSON::PP; $| = 1;
my ($port, $user, $password, $phone) = @ARGV;
my ($link, $bound) = Net::SMPP->new_transceiver('127.0.0.1', port => $port, system_id => $user, password => $password, smpp_version => 0x34) or die;
print encode_json({bind => $bound->{status}}), "\\n";
my $answer = $link->submit_sm(destination_addr => $phone, source_addr => 'Shop', short_message => 'from perl', registered_delivery => 1);
print encode_json({status => $answer->{status}, id => $answer->{message_id}}), "\\n";
my $pdu = $link->read_pdu();
$link->deliver_sm_resp(message_id => '', seq => $pdu->{seq});
print encode_json({text => $pdu->{short_message}, from => $pdu->{source_addr}}), "\\n";
my $left = $link->unbind();
print encode_json({unbind => $left->{status}}), "\\n";
"""


def test_another_client_reads_the_same(centre):
    simulator, port = centre
    command = ["perl", "-e", PERL, str(port), Simulator.USERNAME, PASSWORD, PHONE]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    bound, answer, receipt, left = (json.loads(line) for line in ran.stdout.splitlines())
    assert bound["bind"] == left["unbind"] == answer["status"] == 0
    assert answer["id"] == "3E8"
    assert receipt["from"] == PHONE and receipt["text"].startswith("id:1000 sub:001 dlvrd:001 ")
    assert [bytes.fromhex(part["octets"]) for part in parts(simulator)] == [b"from perl"]


def test_a_wrong_password_is_refused(centre):
    _, port = centre

    async def bind():
        await smpp34.Client("127.0.0.1", port, Simulator.USERNAME, "wrong").connect()

    with pytest.raises(smpp34.SmppError):
        asyncio.run(bind())
