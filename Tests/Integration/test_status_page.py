"""The status page in a real browser: it says what the worker's own words say, follows it, asks nobody else, and can be read by everybody.

`STATUS_PAGE_PICTURES=docs/status-page TEST_PARTS=integration scripts/test -k pictures` renews the pictures of the README.
"""

import os
import pathlib
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from harness.browser import AUDIT, CHROMIUM, Browser, load, sub_path
from harness.requests import key_of, request
from harness.waiting import wait_for
from harness.worker import LEAKS

TOKEN = "a-token-of-tests-0123456789"
PICTURES = os.environ.get("STATUS_PAGE_PICTURES")

pytestmark = pytest.mark.skipif(not os.path.exists(CHROMIUM), reason=f"there is no {CHROMIUM} here")


@pytest.fixture(scope="module")
def browser():
    browser = Browser()
    yield browser
    browser.stop()


def address(worker):
    return f"http://127.0.0.1:{worker.port}/"


def publish(site, name, count, **fields):
    for number in range(count):
        site.publish(request(f"{name}-{number}", **fields), key=key_of(number))
    site.flush()


def clean(view):
    """Nothing to complain of, nobody else was asked, and nothing private is in sight."""
    assert view.complaints == []
    assert view.hosts == {view.url.split("/")[2]}
    assert not LEAKS.search(view.page.content())


def test_it_loads_updates_and_can_be_read_by_everybody(site, browser):
    worker = site.started()
    view = browser.view().open(address(worker))
    view.until_line("ready")
    assert view.text("tone") == "WELL" and view.text("advice") == "Nothing to do." and view.page.title() == "WELL: ready"
    publish(site, "sms", 40)
    view.until(lambda: view.number("funnel-table", "DELIVERED") == 40, 30, "forty deliveries")
    assert view.number("funnel-table", "admitted") == 40 and view.number("funnel-table", "FAILED") == 0
    assert view.number("account", "spent by this worker") == 40
    view.until(lambda: view.row("partitions", f"{site.requests}-0")[3] == "0", 20, "the lag, which the client library tells each ten seconds")
    publish(site, "bad", 3, phone="no number")
    view.until(lambda: (view.row("failures", "BAD_PHONE") or ["", "", ""])[1:3] == ["dead letter", "3"], 20, "the dead letters")
    for scheme in ("light", "dark"):
        view.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert view.page.evaluate(AUDIT) == []
    assert "read" in view.page.locator("#rate svg[role=img]").get_attribute("aria-label")
    # What can be used is reached by the keyboard, and works by it.
    reached = []
    view.page.evaluate("document.activeElement.blur()")
    for _ in range(10):
        view.page.keyboard.press("Tab")
        reached.append(view.page.evaluate("document.activeElement.textContent.trim().slice(0, 15)"))
        if reached[-1] == "Rate as a table":
            view.page.keyboard.press("Enter")
    able = view.page.evaluate("[...document.querySelectorAll('summary, button, input, a, [tabindex]')].filter((n) => n.getClientRects().length).length")
    assert len({one for one in reached if one}) >= able and "Rate as a table" in reached
    assert view.page.locator("#rate-table").is_visible()
    still = browser.view(reduced_motion="reduce").open(address(worker))
    assert still.page.evaluate("getComputedStyle(document.getElementById('state')).transitionDuration") == "0s"
    for scheme in ("light", "dark"):
        phone = browser.view(viewport={"width": 360, "height": 740}, color_scheme=scheme).open(address(worker))
        phone.until_line("ready")
        phone.until(lambda: phone.number("funnel-table", "DELIVERED") == 40, 10, "the figures")
        assert not phone.is_scrolled_sideways()
        dark = phone.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (dark == "rgb(16, 19, 23)") == (scheme == "dark")
        phone.page.context.close()
    with sub_path(worker.port, "/workers/a") as root:
        for path in ("/workers/a/", "/workers/a"):
            below = browser.view().open(root + path)
            below.until_line("ready")
            clean(below)
            below.page.context.close()
    clean(view)
    assert worker.terminate() == 0
    view.until_line("does not hear the worker")


def test_it_shows_a_pause_a_narrowing_pace_and_their_ends(site, simulator, browser):
    worker = site.worker()
    right = worker.settings["ROCKETSMS_PASSWORD"]
    worker.start().wait_ready()
    view = browser.view().open(address(worker))
    view.until_line("ready")
    simulator.control("credits", credits=0)
    publish(site, "poor", 5)
    view.until_line("there is no credit")
    assert view.text("tone") == "ACT" and "Top the account up" in view.text("advice")
    # The words of the log.
    worker.wait_log(re.escape(view.text("sentence")))
    view.until(lambda: view.number("waiting", "the paused account") == 5, 10, "what waits for it")
    assert view.row("account", "state")[1] == worker.ready()[1]["account"] == "no credit"
    simulator.control("credits", credits=1000)
    view.until_line("ready", 60)
    simulator.control("credentials", password="another")
    publish(site, "locked", 3)
    view.until_line("refuses the credentials")
    worker.wait_log(re.escape(view.text("sentence")))
    simulator.control("credentials", password=right)
    view.until_line("ready", 60)
    site.wait_over()
    simulator.faults(outage="unavailable", outageFor="6s", endpoint="send")
    publish(site, "slow", 60)
    view.until(lambda: (view.number("pace-table", "send", 2) or 64) < 64, 15, "the narrowed pace")
    view.until(lambda: "fails" in view.text("line") and "%" in view.row("pace-table", "send")[4], 15, "its words")
    assert worker.ready()[1]["breaker"] != "closed" and view.text("tone") in ("LOOK", "ACT")
    site.wait_over(timeout=90)
    clean(view)


def test_it_shows_a_closed_partition_and_what_readyz_says_of_it(site, browser):
    # No worker writes such a record.
    site.send(b"\x07", key=b"nobody", topic=f"{site.requests}.ledger", partition=2)
    site.published.clear()
    worker = site.worker().start()
    reason = worker.wait_not_ready("stays closed")
    view = browser.view().open(address(worker))
    view.until_line("stays closed")
    assert view.text("sentence") == reason and view.text("tone") == "ACT"
    name = f"{site.requests}-2"
    view.until(lambda: view.row("partitions", name)[1].startswith("closed") and view.row("partitions", f"{site.requests}-1")[1] == "open", 20, "its row")
    assert view.row("partitions", name)[1].removeprefix("closed") in reason
    clean(view)


def test_a_token_is_asked_for_kept_in_the_tab_and_refused_where_it_is_wrong(site, browser, tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    worker = site.worker(ADMIN_TOKEN_FILE=tmp_path / "token").start()
    wait_for(lambda: worker.ready()[0] == 200, 60, "the worker")
    for path, kind in (("", "text/html"), ("events", "text/plain"), ("metrics", "text/plain")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address(worker) + path, timeout=5)
        assert refused.value.code == 401 and refused.value.headers["Content-Type"].startswith(kind)
        assert site.group not in refused.value.read().decode()
    view = browser.view().open(address(worker))
    view.until_line("needs the worker's token")
    assert view.page.evaluate("document.activeElement.id") == "token"
    assert view.page.evaluate(AUDIT) == []
    view.page.keyboard.type("a-token-that-is-none")
    view.page.keyboard.press("Enter")
    view.until(lambda: "not this worker's token" in view.text("door-error"), 10, "a word on the wrong token")
    view.page.keyboard.type(TOKEN)
    view.page.keyboard.press("Enter")
    view.until_line("ready")
    view.page.reload()
    view.until_line("ready")
    assert view.page.evaluate("localStorage.length") == 0 and TOKEN not in view.page.content() and TOKEN not in view.page.url
    assert all("401" in one for one in view.complaints), view.complaints


def test_viewers_are_few_and_probes_are_answered_beside_them_and_a_flood(site, browser):
    worker = site.started()
    followers = []
    for _ in range(8):
        follower = socket.create_connection(("127.0.0.1", worker.port), 5)
        follower.sendall(b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
        assert follower.recv(20).startswith(b"HTTP/1.1 200")
        followers.append(follower)
    view = browser.view().open(address(worker))
    view.until_line("does not hear the worker")
    assert "eight" in view.text("advice")
    idle = [socket.create_connection(("127.0.0.1", worker.port), 5) for _ in range(300)]
    for _ in range(10):
        assert worker.ready()[0] == 200
    for follower in followers:
        follower.close()
    view.until_line("ready")
    for one in idle:
        one.close()
    assert worker.is_running


@pytest.mark.long
def test_the_pictures_of_the_page(make_site, start_simulator, browser, tmp_path):
    """A busy worker, as the README shows it: what is there must be on them."""
    simulator = start_simulator(switches={"latency": "60ms", "latency-jitter": "80ms", "delivery-delay": "6s", "delivery-jitter": "9s"})
    site = make_site(simulator, priority=True, stem="sms" if PICTURES else None)
    simulator.control("credits", credits=50_000)
    worker = site.started(SEND_MAX_IN_FLIGHT=32, KAFKA_TRANSACTIONAL_STEM="sms-worker-0")
    stop = threading.Event()
    topics = [site.requests] * 4 + [site.priority_requests]

    def one(number):
        fields = {"phone": "none"} if number % 97 == 0 else {}
        site.publish(request(f"sms-{number}", **fields), key=key_of(number), topic=topics[number % 5])

    thread = load(one, stop, 90)
    try:
        views = {scheme: browser.view(color_scheme=scheme, viewport={"width": 1200, "height": 1000}).open(address(worker)) for scheme in ("light", "dark")}
        light, dark = views["light"], views["dark"]
        light.until(lambda: (light.number("funnel-table", "DELIVERED") or 0) > 50, 60, "deliveries")
        end = time.monotonic() + (75 if PICTURES else 3)
        outage = time.monotonic() + 25
        while time.monotonic() < end:
            light.page.wait_for_timeout(500)
            if PICTURES and outage and time.monotonic() > outage:
                simulator.faults(outage="unavailable", outageFor="8s", endpoint="send")
                outage = None
        # At one moment there may be none.
        light.until(lambda: light.tile("POSTs") > 0, 30, "a POST under way")
        assert light.number("lanes", "priority", 3) is not None
        folder = pathlib.Path(PICTURES or tmp_path)
        folder.mkdir(parents=True, exist_ok=True)
        for scheme, view in views.items():
            take(view, folder / f"{scheme}.png")
        simulator.control("credits", credits=0)
        light.until_line("there is no credit")
        phone = browser.view(viewport={"width": 360, "height": 740}, color_scheme="light", device_scale_factor=2).open(address(worker))
        phone.until_line("there is no credit")
        phone.until(lambda: (phone.number("waiting", "the paused account") or 0) > 50, 20, "what waits")
        take(phone, folder / "phone-paused.png", full_page=False)
        assert not phone.is_scrolled_sideways()
        clean(light)
        clean(dark)
    finally:
        stop.set()
        thread.join(10)
        simulator.control("credits", credits=50_000)


def take(view, path, full_page=True):
    """A picture; where it is kept with few colours, which is a quarter of the bytes."""
    view.page.screenshot(path=path, full_page=full_page)
    if PICTURES:
        subprocess.run(["pngquant", "--force", "--strip", "--speed", "1", "--ext", ".png", str(path)], check=True, timeout=60)
    assert path.stat().st_size > 5_000
