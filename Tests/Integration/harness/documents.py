"""Fenced blocks of Markdown documents."""

import dataclasses
import pathlib
import re


@dataclasses.dataclass(frozen=True)
class Block:
    path: pathlib.Path
    line: int
    # The word behind the fence.
    tag: str
    text: str


def blocks(path):
    """All fenced blocks of a document, in order."""
    found = []
    begin = None
    lines = []
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        fence = re.match(r"\s*```(\S*)", line)
        if begin is None and fence:
            begin, lines = (number, fence[1]), []
        elif begin is not None and re.match(r"\s*```\s*$", line):
            found.append(Block(pathlib.Path(path), *begin, "\n".join(lines) + "\n"))
            begin = None
        elif begin is not None:
            lines.append(line)
    assert begin is None, f"{path}: the block of line {begin} has no end"
    return found
