"""Requests as the tests write them, so that phone, text and key are known again wherever they must not appear."""

import datetime
import itertools

# Stands in every text and every key: no log may contain it.
SECRET = "q7Zp-private"
_phones = itertools.count(1_000_000)


def phone():
    """A new number, no other request has it."""
    return f"37529{next(_phones):07d}"


def request(id, **fields):
    """A good request with a text that ends in its id; `fields` replace and add, None leaves out."""
    made = {"id": id, "phone": phone(), "text": f"{SECRET} {id}", **fields}
    return {name: value for name, value in made.items() if value is not None}


def key_of(name):
    return f"{SECRET}-key-{name}".encode()


def in_days(days):
    """RFC 3339; a sendAt may be a year ahead at most."""
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
