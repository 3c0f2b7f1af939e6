"""Real trouble, and the alerts that it sets off: what running processes show is recorded each second, and promtool plays it to the very rules
of deploy/prometheus with a minute for each second.

So a rule that waits ten minutes wants ten seconds of real trouble, and a window of half an hour half a minute. What is itself a time
(ages, forecasts, timestamps) is stretched with it; every other figure is as it was shown.
"""

import http.client
import math
import pathlib
import re
import subprocess
import threading
import time

import pytest

yaml = pytest.importorskip("yaml")

ROOT = pathlib.Path(__file__).resolve().parents[3]
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
# The table of which alert was provoked by which test.
TABLE = ROOT / "docs" / "bad-night.md"
RULES = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
NAMES = [rule["alert"] for rule in RULES]
STRETCH = 60
TIMES = ("rocketsms_oldest_due_seconds", "rocketsms_account_credit_seconds")
TIMESTAMPS = ("rocketsms_audit_last_pass_timestamp_seconds",)


def provoked_by():
    """Alerts by the test that provokes them ("file::function"), as the table has it."""
    found = {}
    for alert, test in re.findall(r"^\| `(Rocketsms\w+)` \|[^|]*\| `([\w.]+::\w+)` \|$", TABLE.read_text(), re.M):
        found.setdefault(test, set()).add(alert)
    return found


def family(name):
    return name.partition("{")[0]


def stretched(name, value, clock):
    """What the replay shows for what was shown at `clock`; a timestamp becomes its age, and `encoded` makes it one again."""
    if family(name) in TIMES:
        return value * STRETCH
    return (clock - value) * STRETCH if family(name) in TIMESTAMPS else value


def encoded(name, samples):
    """One series in promtool's notation: nothing where nothing was shown, and no look back over that."""
    runs, was = [], None
    for minute, value in enumerate(samples):
        if value is None or math.isnan(value):
            word = "stale" if was is not None else "_"
        else:
            word = f"{min(minute * STRETCH - value if family(name) in TIMESTAMPS else value, 1e12):f}"
        was = None if word in ("stale", "_") else word
        if runs and runs[-1][0] == word and word != "stale":
            runs[-1][1] += 1
        else:
            runs.append([word, 1])
    # "1x4" is five of it.
    return " ".join(word if count == 1 else f"{word}x{count - 1}" for word, count in runs)


class Lapse:
    """Records while it is open. `sources`: what gives the metrics now, or nothing, by the name of the instance."""

    def __init__(self, promtool, folder, **sources):
        self.promtool, self.folder, self.sources = promtool, folder, sources
        names = set(re.findall(r"\b(?:rocketsms|process)_\w+", " ".join(re.sub(r'"[^"]*"', "", rule["expr"]) for rule in RULES)))
        self.wanted = names | {"rocketsms_build_info"}
        self.samples = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._record, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join(10)

    @property
    def minute(self):
        """Of the replay: how many seconds have been recorded."""
        return len(self.samples)

    def wait(self, minutes):
        """Until so many more are recorded."""
        end, limit = self.minute + minutes, time.monotonic() + 3 * minutes + 10
        while self.minute < end:
            assert time.monotonic() < limit and self.thread.is_alive(), "the recording stands"
            time.sleep(0.05)

    def _record(self):
        due = time.monotonic()
        while not self.ended.wait(max(0, due - time.monotonic())):
            due += 1
            sample = {}
            for instance, source in self.sources.items():
                try:
                    shown = source()
                except (OSError, http.client.HTTPException, StopIteration):
                    shown = {}
                clock = time.time()
                sample |= {(instance, name): stretched(name, value, clock) for name, value in shown.items() if family(name) in self.wanted}
            self.samples.append(sample)
            # An answer that took seconds, on a busy machine: it stands for the scrapes that would have been meanwhile.
            while due < time.monotonic() - 1:
                due += 1
                self.samples.append(sample)

    def firing(self):
        """The alerts that fire, for each minute."""
        samples = list(self.samples)
        series = []
        for instance, name in sorted({key for sample in samples for key in sample}):
            labels = name[:-1] + "," if name.endswith("}") else name + "{"
            values = encoded(name, [sample.get((instance, name)) for sample in samples])
            series.append({"series": f'{labels}job="sms",instance="{instance}:8080"}}', "values": values})
        # Whatever is expected, the answer names what is there.
        asked = [{"expr": 'group by (alertname) (ALERTS{alertstate="firing"})', "eval_time": f"{minute}m", "exp_samples": []} for minute in range(len(samples))]
        case = {"interval": "1m", "input_series": series, "promql_expr_test": asked}
        file = self.folder / "lapse.yaml"
        file.write_text(yaml.safe_dump({"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": [case]}))
        done = subprocess.run([self.promtool, "test", "rules", str(file)], capture_output=True, text=True, timeout=120)
        found = [set() for _ in samples]
        parts = re.findall(r"time: ([\dhms]+),\s+exp: nil\s+got: (.+)", done.stdout + done.stderr)
        assert bool(parts) == bool(done.returncode), done.stdout + done.stderr
        for when, got in parts:
            hours, minutes = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:0s)?", when).groups()
            found[int(hours or 0) * 60 + int(minutes or 0)] = set(re.findall(r'alertname="(\w+)"', got))
        return found

    def fired(self):
        """All that fired at any time."""
        return set().union(*self.firing())

    def assert_provoked(self, test):
        """What the table says of this test has fired."""
        told, fired = provoked_by()[test], self.fired()
        print(f"{test}: {sorted(fired)} in {self.minute} s")
        assert told <= fired, f"{sorted(told - fired)} did not fire; {sorted(fired)} did"
