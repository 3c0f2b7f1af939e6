"""A real browser, and what it must not have to say of a page: Debian's Chromium, driven by Playwright."""

import contextlib
import http.client
import http.server
import threading
import time
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from .waiting import wait_for

CHROMIUM = "/usr/bin/chromium"

# What a checker of accessibility would look at first, as far as it can be seen without one.
AUDIT = """() => {
  const seen = (node) => node.getClientRects().length > 0;
  const named = (node) => (node.getAttribute("aria-label") || [...(node.getAttribute("aria-labelledby") || "").split(" ")]
    .map((id) => document.getElementById(id)?.textContent ?? "").join("")).trim();
  const faults = [];
  for (const picture of document.querySelectorAll("svg, img, canvas")) {
    const inTable = picture.getAttribute("aria-hidden") === "true" && (picture.closest("tr") || picture.closest(".key"));
    if (!inTable && !(picture.getAttribute("role") === "img" && named(picture))) faults.push("a picture without words: " + picture.outerHTML.slice(0, 80));
  }
  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].filter(seen).map((node) => Number(node.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) faults.push("not one h1: " + levels);
  levels.forEach((level, index) => { if (index && level > levels[index - 1] + 1) faults.push("a heading's level is left out: " + levels); });
  for (const mark of ["header", "main", "footer"]) if (document.querySelectorAll(mark).length !== 1) faults.push("not one " + mark);
  for (const section of document.querySelectorAll("section, [role=region]")) if (!named(section)) faults.push("a section without a name");
  for (const table of document.querySelectorAll("table")) for (const row of table.tBodies[0]?.rows ?? [])
    if (row.cells[0].tagName !== "TH" || row.cells[0].scope !== "row") faults.push("a row without a head in " + table.id);
  for (const cell of document.querySelectorAll("thead th")) if (cell.scope !== "col" || !cell.textContent) faults.push("an unscoped or empty head");
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  if (new Set(ids).size !== ids.length) faults.push("an id twice");
  if (!document.documentElement.lang || !document.title) faults.push("no language or title");
  const luminance = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255).map((part) => part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) { const colour = getComputedStyle(at).backgroundColor; if (!/, 0\\)$|transparent/.test(colour)) return colour; }
    return "rgb(255, 255, 255)";
  };
  for (const node of document.querySelectorAll("p, th, td, dt, dd, h1, h2, summary, caption, b, span, small, label, button")) {
    if (!seen(node) || !node.textContent.trim()) continue;
    const [a, b] = [luminance(getComputedStyle(node).color), luminance(ground(node))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) faults.push("contrast " + ((a + .05) / (b + .05)).toFixed(2) + " of " + node.outerHTML.slice(0, 80));
  }
  return faults;
}"""


class View:
    """A page of the browser, with all that it says and asks for."""

    def __init__(self, page):
        self.page = page
        self.complaints, self.hosts = [], set()
        page.on("console", lambda message: message.type in ("error", "warning") and self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def open(self, url):
        self.url = url
        self.page.goto(url)
        return self

    def text(self, name):
        return self.page.locator(f"#{name}").text_content() or ""

    def row(self, table, head):
        """The cells of a row by its first one."""
        for row in self.page.locator(f"#{table} tbody tr").all():
            cells = row.locator("th, td").all_text_contents()
            if cells and cells[0] == head:
                return cells
        return None

    def number(self, table, head, column=1):
        row = self.row(table, head)
        return float(row[column].replace(",", "")) if row and row[column] not in ("–", "none") else None

    def tile(self, name):
        words = self.page.locator("#tiles div", has_text=name).locator("dd span").text_content()
        return float(words.replace(",", "")) if words not in ("–", None) else None

    def until(self, condition, timeout, what):
        """Polls through the browser's own clock: its events come meanwhile."""

        def look():
            self.page.wait_for_timeout(50)
            return condition()

        return wait_for(look, timeout, lambda: f"{what}; the page says {self.text('line')!r}, complaints {self.complaints}", interval=0)

    def until_line(self, words, timeout=30):
        return self.until(lambda: words in self.text("line"), timeout, f"the first line to say {words!r}")

    def is_scrolled_sideways(self):
        return self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


class Browser:
    def __init__(self):
        self.playwright = sync_playwright().start()
        self.chromium = self.playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

    def view(self, **settings):
        """A context of its own: nothing is shared with another view."""
        return View(self.chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings}).new_page())

    def stop(self):
        self.chromium.close()
        self.playwright.stop()


@contextlib.contextmanager
def sub_path(port, prefix):
    """A proxy that serves the server of `port` below `prefix`, piece by piece; yields its address without a path."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if not self.path.startswith(prefix):
                return self.send_error(404)
            upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            try:
                upstream.request("GET", self.path[len(prefix) :] or "/")
                answer = upstream.getresponse()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "connection", "date"):
                        self.send_header(name, value)
                self.send_header("Connection", "close")
                self.end_headers()
                while piece := answer.read1(65536):
                    self.wfile.write(piece)
            # The worker, or the browser, has gone.
            except (OSError, http.client.HTTPException):
                pass
            finally:
                upstream.close()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def load(publish, stop, a_second):
    """Publishes so many a second, on a thread of its own, until `stop` is set; `publish` takes a number."""

    def run():
        number, started = 0, time.monotonic()
        while not stop.is_set():
            while number < (time.monotonic() - started) * a_second:
                publish(number)
                number += 1
            stop.wait(0.02)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread
