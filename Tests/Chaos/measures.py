"""How long it took: from publication to events, from a death to work, and how long what nobody touched stood still. Pure."""

import bisect
import itertools
import math

# Longer than between two samples of who owns what, and between two requests of a partition.
SAMPLE = 1.5


def percentile(values, share):
    """The smallest value that so large a share is not above; None of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def spread(values):
    return {"count": len(values), "p50": rounded(percentile(values, 0.5)), "p99": rounded(percentile(values, 0.99)), "most": rounded(max(values, default=None))}


def rounded(value):
    return None if value is None else round(value, 2)


def works_again(at, answers, partitions):
    """Seconds from `at` until each of the partitions has had an event of a request that was published after it; None where one has not.

    `answers`: by partition the pairs of publication and first event, in the order of publication.
    """
    longest = 0.0
    for partition in partitions:
        pairs = answers.get(partition, [])
        first = bisect.bisect_right(pairs, (at, math.inf))
        later = [event for _, event in pairs[first : first + 200]]
        if not later:
            return None
        longest = max(longest, min(later) - at)
    return longest


def recoveries(kills, answers, partitions, quiet):
    """Of kills in whose neighbourhood nothing else was done (`quiet` seconds before), how long each took."""
    found = []
    for number, (at, _) in enumerate(kills):
        if number and at - kills[number - 1][0] < quiet:
            continue
        took = works_again(at, answers, partitions)
        if took is not None:
            found.append(took)
    return found


def stalls(answers, owners, touched, until):
    """The gaps between first events of a partition whose owner stayed and was left alone, all of them; requests were waiting in each.

    owners    samples (time, {partition: name}), in order
    touched   (from, to, name), name "" for all: when something was done to a worker, its ways, the brokers or the provider
    """
    found = []
    times = [at for at, _ in owners]
    for partition, pairs in answers.items():
        ordered = sorted(pairs, key=lambda pair: pair[1])
        events = [event for _, event in ordered]
        # Of all that are answered from here on, the first publication: who waits at `begin`, or comes next.
        asked = list(itertools.accumulate((at for at, _ in reversed(ordered)), min))[::-1]
        for begin, end, first in zip(events, events[1:], asked[1:]):
            if first >= end:
                continue
            waited = end - max(begin, first)
            around = owners[max(0, bisect.bisect_left(times, begin) - 1) : bisect.bisect_right(times, end) + 1]
            names = {sample.get(partition) for _, sample in around}
            if len(around) < 2 or len(names) != 1 or None in names or end > until:
                continue
            (name,) = names
            if not any(start <= end and begin <= stop and who in ("", name) for start, stop, who in touched):
                found.append(waited)
    return found
