"""Figures as text: one run, several beside each other, and their sums."""

from .verdict import KINDS

ROWS = [
    ("requests", lambda one: one["requests"]),
    ("kill -9", lambda one: one["done"].get("kill", 0)),
    ("pauses (beyond session and transaction)", lambda one: f"{pauses(one)} ({one['done'].get('long pause', 0)})"),
    ("network faults", lambda one: sum(one["network"].values())),
    ("restarts by SIGTERM", lambda one: one["done"].get("stop", 0) + one["done"].get("rolling", 0)),
    ("broker kill -9 / stop", lambda one: f"{one['done'].get('broker kill', 0)} / {one['done'].get('broker stop', 0)}"),
    ("provider faults", lambda one: one["done"].get("provider", 0)),
    ("lost", lambda one: one["found"]["lost"]),
    ("undeclared duplicates", lambda one: one["found"]["undeclared"]),
    ("duplicates under fail or hold", lambda one: one["found"]["strict"]),
    ("SMS that no event admits", lambda one: one["found"]["hidden"]),
    ("illegal sequences", lambda one: one["found"]["illegal"]),
    ("SMS before its intent", lambda one: one["found"]["before-intent"]),
    ("declared duplicates (per million)", lambda one: f"{one['declared']} ({per_million(one['declared'], one['requests'])})"),
    ("SMS after the final event", lambda one: one["after_end"]),
    ("ended OUTCOME_UNKNOWN", lambda one: one["outcome_unknown"]),
    ("anything else found", lambda one: one["found"]["other"] + len(one["sentences"])),
    ("recovery from kill -9, stable name: p50 / p99 (s)", lambda one: both(one["recovery"]["stable"])),
    ("recovery from kill -9, no name: p50 / p99 (s)", lambda one: both(one["recovery"]["random"])),
    ("longest stall of a healthy partition (s)", lambda one: dash(one["healthy_stall"]["most"])),
    ("time to the first event: p50 / p99 (s)", lambda one: both(one["first_event"])),
    ("time to the final event: p50 / p99 (s)", lambda one: both(one["final_event"])),
    ("open transactions at the end", lambda one: one["open_transactions"]),
    ("most memory (MiB), handles, threads", lambda one: ", ".join(str(one["most"][what]) for what in ("memory", "handles", "threads"))),
]  # fmt: skip


def pauses(one):
    return one["done"].get("pause", 0) + one["done"].get("long pause", 0)


def per_million(count, of):
    return round(count * 1_000_000 / of) if of else 0


def dash(value):
    return "–" if value is None else value


def both(spread):
    return f"{spread['p50']} / {spread['p99']} ({spread['count']})" if spread["count"] else "–"


def is_clean(one):
    return not any(one["found"].values()) and not one["sentences"]


def head(one):
    return f"{one['subject']}, {one['profile']}, {one['door']}, {one['nodes']} node{'s' if one['nodes'] > 1 else ''}, seed {one['seed']}, {one['minutes']:g} min"


def table(results):
    lines = ["| | " + " | ".join(head(one) for one in results) + " |", "| --- |" + " ---: |" * len(results)]
    lines += [f"| {name} | " + " | ".join(str(value(one)) for one in results) + " |" for name, value in ROWS]
    return "\n".join(lines)


def findings(one):
    """What a sceptic wants to see of a run that found something: seed, schedule, and the requests' stories."""
    lines = [f"{count} requests: {KINDS[kind]}" for kind, count in one["found"].items() if count]
    lines += one["sentences"][:20]
    if one["stories"]:
        lines += ["", *one["stories"][:5]]
    return "\n".join(lines)


# Of several runs, a row each and a row of sums.
COLUMNS = [
    ("requests", lambda one: one["requests"]),
    ("kill -9", lambda one: one["done"].get("kill", 0)),
    ("pauses", pauses),
    ("of them long", lambda one: one["done"].get("long pause", 0)),
    ("network faults", lambda one: sum(one["network"].values())),
    ("SIGTERM", lambda one: one["done"].get("stop", 0) + one["done"].get("rolling", 0)),
    ("broker restarts", lambda one: one["done"].get("broker kill", 0) + one["done"].get("broker stop", 0)),
    ("provider faults", lambda one: one["done"].get("provider", 0)),
    ("lost", lambda one: one["found"]["lost"]),
    ("undeclared duplicates", lambda one: one["found"]["undeclared"]),
    ("duplicates under fail or hold", lambda one: one["found"]["strict"]),
    ("illegal sequences", lambda one: one["found"]["illegal"]),
    ("anything else", lambda one: sum(one["found"][kind] for kind in ("hidden", "before-intent", "other")) + len(one["sentences"])),
    ("declared duplicates", lambda one: one["declared"]),
    ("SMS after the final event", lambda one: one["after_end"]),
]  # fmt: skip


def sums(results):
    """Of several runs of one subject, by column."""
    made = {name: sum(value(one) for one in results) for name, value in COLUMNS}
    return made | {"declared per million": per_million(made["declared duplicates"], made["requests"])}


def summary(results):
    """A row for each run, and their sums."""
    head = ["profile, door, nodes, seed, minutes", *(name for name, _ in COLUMNS)]
    rows = [[f"{one['profile']}, {one['door']}, {one['nodes']}, {one['seed']}, {one['minutes']:g}", *(value(one) for _, value in COLUMNS)] for one in results]
    rows.append([f"{len(results)} runs", *list(sums(results).values())[: len(COLUMNS)]])
    lines = [f"| {' | '.join(head)} |", "| --- |" + " ---: |" * len(COLUMNS)]
    return "\n".join([*lines, *(f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else cell for cell in row)} |" for row in rows)])
