"""A comparison as Markdown, for a pull request or a handout: a table, the verdicts, what they depend on."""

import re
from collections.abc import Iterator

from asyncdemo.comparison.caveats import caveats
from asyncdemo.comparison.result import Comparison, Sweep
from asyncdemo.views import verdicts, wording

_MEANT = re.compile(r"([\\`*_{}\[\]()<>#+!|~&])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def comparison_table(compared: Comparison | Sweep) -> Iterator[str]:
    """The text, part by part."""
    for point in compared.points:
        for parameter, value in point.parameters.items():
            yield f"### {escaped(f'{parameter} = {value!r}')}\n\n"
        yield from _table(point)
    said = verdicts.growth(compared)
    if isinstance(compared, Comparison):
        said = [verdicts.verdict(each, compared.compared_with.id) for each in compared.speedups] + said
    notes = verdicts.left_out(compared), verdicts.stopping(compared.stopped, compared.rounds)
    said += [note for note in notes if note is not None]
    said += [f"{caveat.said}; {caveat.advice}" for caveat in caveats(compared) if caveat.matters][:1]
    yield "".join(f"- {escaped(each)}\n" for each in said)
    rounds = verdicts.number_of_rounds(compared.rounds)
    yield f"\n{rounds} in shuffled order, {escaped(verdicts.circumstances(compared))}\n"


def _table(point: Comparison) -> Iterator[str]:
    against = {each.id: each for each in point.speedups}
    heading = f"against {escaped(point.compared_with.id)}, {verdicts.INTERVAL}"
    yield f"| | time | {heading} | waits at once | waiting | whole process |\n"
    yield "|---|---:|---|---:|---:|---:|\n"
    for each in point.contestants:
        cells = (
            escaped(each.id),
            wording.seconds(each.time, 3),
            escaped(verdicts.relation(against[each.id])) if each.id in against else "",
            "?" if each.waits is None else str(each.waits.at_once),
            wording.share(each.waiting_share),
            wording.seconds(each.whole_time, 3),
        )
        yield f"| {' | '.join(cells)} |\n"
    yield "\n"


def escaped(text: str) -> str:
    """Foreign text that stands for itself in Markdown, in one line."""
    visible = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return _MEANT.sub(r"\\\1", visible)
