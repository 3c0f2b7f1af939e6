"""What a change of the schemas would break for those who were built against the released ones. Each finding is a sentence; none is a pass.

Two directions. What we WRITE (events, headers) must be nothing that the released schema would refuse, and a field that was always there stays: else a
reader breaks. What we READ (requests, commands) must take all that the released schema takes, and mean the same fields by it: else a producer breaks.
It judges by structure and is strict: what it cannot compare, and differs, is a finding.
"""

WRITE, READ = "written", "read"
NOTES = {"$schema", "$id", "title", "description", "examples", "default", "$comment"}
# The larger, the fewer values it takes, and the other way round.
LEAST = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
MOST = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}


def breaks(direction, old, new, path=""):
    """Findings where `new` takes the place of the released schema `old`."""
    wide, narrow = (old, new) if direction == WRITE else (new, old)
    found = [f"{path or 'the value'}: {sentence}" for sentence in _wider(direction, narrow, wide)]
    had, has = old.get("properties", {}), new.get("properties", {})
    for name in had:
        place = f"{path}.{name}" if path else name
        if name not in has:
            found.append(f"{place}: it is no longer {direction}")
        else:
            found += breaks(direction, had[name], has[name], place)
    for keyword in ("items", "additionalProperties"):
        one, other = old.get(keyword), new.get(keyword)
        if isinstance(one, dict) and isinstance(other, dict):
            found += breaks(direction, one, other, f"{path}[]")
        elif one != other:
            found.append(f"{path or 'the value'}: {keyword} is another")
    return found


def _wider(direction, narrow, wide):
    """What the narrow one takes, and the wide one may not; for either direction the same question."""
    missing = set(wide.get("required", [])) - set(narrow.get("required", []))
    for name in sorted(missing):
        yield f"{name} may be absent now" if direction == WRITE else f"{name} is required now"
    if "type" in wide and not (_types(narrow) <= _types(wide) and "type" in narrow):
        yield f"its type is another: {sorted(_types(narrow))} is not within {sorted(_types(wide))}"
    values, known = _values(narrow), _values(wide)
    if known is not None and (values is None or not values <= known):
        yield f"values beyond the list: {', '.join(sorted((values or {'any'}) - known))}"
    for keyword in sorted((LEAST | MOST) & wide.keys()):
        bound = narrow.get(keyword)
        if bound is None or (bound < wide[keyword] if keyword in LEAST else bound > wide[keyword]):
            yield f"{keyword} is {bound} on one side, {wide[keyword]} on the other"
    compared = NOTES | LEAST | MOST | {"type", "enum", "const", "required", "properties", "items", "additionalProperties"}
    for keyword in sorted(wide.keys() - compared):
        if narrow.get(keyword) != wide[keyword]:
            yield f"{keyword} is another, which nobody here can compare"


def _types(schema):
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    return kinds | ({"integer"} if "number" in kinds else set())


def _values(schema):
    """As text; None: any."""
    listed = [schema["const"]] if "const" in schema else schema.get("enum")
    return None if listed is None else {repr(value) for value in listed}


def document_breaks(old, new):
    """The same of two AsyncAPI documents: topics, what goes over them and which way, and where that is described."""
    found = []
    for name, channel in old["channels"].items():
        other = new["channels"].get(name)
        if other is None:
            found.append(f"channel {name}: it is gone")
            continue
        if other.get("address") != channel.get("address"):
            found.append(f"channel {name}: its topic is another")
        found += [f"channel {name}: no {message} goes over it any more" for message in channel["messages"] if message not in other["messages"]]
    for name, operation in old["operations"].items():
        other = new["operations"].get(name, {})
        if any(other.get(key) != operation[key] for key in ("action", "channel")):
            found.append(f"operation {name}: its direction or channel is another")
    for name, message in old["components"]["messages"].items():
        other = new["components"]["messages"].get(name, {})
        for key in ("contentType", "payload", "headers"):
            if other.get(key) != message.get(key):
                found.append(f"message {name}: its {key} is another")
        if _key_type(other) != _key_type(message):
            found.append(f"message {name}: its key's type is another")
    return found


def _key_type(message):
    return message.get("bindings", {}).get("kafka", {}).get("key", {}).get("type")
