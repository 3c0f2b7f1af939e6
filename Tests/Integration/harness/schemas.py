"""Every event that a worker has published in a test is held against its schema."""

import functools
import json
import random

import jsonschema

from .worker import ROOT

# Above it a sample is enough: they are made by the same few lines.
MOST = 4000


@functools.cache
def validator(name):
    document = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text())
    return jsonschema.Draft202012Validator(document, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def validate_events(events):
    body, headers = validator("status-event"), validator("status-event-headers")
    for event in events if len(events) <= MOST else random.sample(events, MOST):
        body.validate(event.value)
        headers.validate(event.headers)
