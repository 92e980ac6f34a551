"""What a person has to know before believing a comparison, with what to do about it."""

from typing import Literal, NamedTuple

from asyncdemo.comparison.result import Comparison, SpeedUp, Sweep

TELLABLE = 0.002  # seconds: two times that are nearer are not told apart from what start-up varies by
SHORT = 0.005  # seconds: of a shorter time, that is a large part
BUSY = 0.5  # of the processors: if others use more, the machine is busy
UNLIKE = 1.25  # times the longest of the others: a first run like that is unlike the rest

Kind = Literal["outputs-differ", "not-observed", "pythons-differ", "too-short", "machine-busy", "first-run-unlike"]


class Caveat(NamedTuple):
    """One reason for doubt, in words, and what to do; `matters` where it changes the verdict."""

    kind: Kind
    said: str
    advice: str
    matters: bool


def caveats(compared: Comparison | Sweep) -> list[Caveat]:
    """All reasons for doubt, those first that change the verdict; of a sweep each kind once."""
    points = compared.points
    found: dict[Kind, Caveat] = {}
    looks = (_outputs, _not_observed, _pythons, _too_short, _busy, _first_run)
    for caveat in (look(point) for point in points if point.rounds for look in looks):
        if caveat is None:
            continue
        if caveat.kind not in found or caveat.matters > found[caveat.kind].matters:
            found[caveat.kind] = caveat
    return sorted(found.values(), key=lambda caveat: not caveat.matters)


def _told_apart(comparison: Comparison) -> list[SpeedUp]:
    return [each for each in comparison.speedups if each.verdict in ("faster", "slower")]


def _outputs(comparison: Comparison) -> Caveat | None:
    """A sweep changes what is done, so what is printed may differ."""
    baseline = comparison.compared_with
    differ = [
        each.id
        for each in comparison.contestants
        if None not in (each.printed, baseline.printed) and each.printed != baseline.printed
    ]
    if not differ or comparison.swept is not None:
        return None
    said = f"{', '.join(differ)} printed something else than {baseline.id}"
    advice = "make sure that they do the same work"
    return Caveat("outputs-differ", said, advice, matters=bool(_told_apart(comparison)))


def _not_observed(comparison: Comparison) -> Caveat | None:
    runs = [run for contestant in comparison.contestants for run in contestant.runs]
    if all(run.seconds.script is not None for run in runs):
        return None
    said = "not every contestant could be observed: these are the times of the whole processes"
    return Caveat("not-observed", said, "use CPython 3.8 or newer, without -I, -S or -E", matters=True)


def _pythons(comparison: Comparison) -> Caveat | None:
    """Of one target, interpreters are what is compared."""
    runs = [run for contestant in comparison.contestants for run in contestant.runs]
    versions = {f"{run.python.implementation} {run.python.version}" for run in runs}
    if len(versions) < 2 or len({run.subject.target for run in runs}) == 1:
        return None
    said = f"they ran on different interpreters: {', '.join(sorted(versions))}"
    return Caveat("pythons-differ", said, "name one with --python", matters=bool(_told_apart(comparison)))


def _too_short(comparison: Comparison) -> Caveat | None:
    baseline = comparison.compared_with
    short = [each.id for each in comparison.contestants if each.time is not None and each.time < SHORT]
    if not short:
        return None
    told = {each.id for each in _told_apart(comparison)}
    told_apart = [each for each in comparison.contestants if each.id in told]
    near = [each for each in told_apart if abs((each.time or 0.0) - (baseline.time or 0.0)) < TELLABLE]
    said = f"{', '.join(short)}: under {SHORT * 1000:.0f} ms, which start-up alone can vary by"
    return Caveat("too-short", said, "let it do more work, for example in a loop", matters=bool(near))


def _busy(comparison: Comparison) -> Caveat | None:
    if comparison.busy is None or comparison.busy < BUSY:
        return None
    unshown = any(each.verdict == "no difference shown" for each in comparison.speedups)
    said = f"the machine was busy: other programs used {comparison.busy * 100:.0f} % of its processors"
    return Caveat("machine-busy", said, "close them, or give it more time: --precision 1%", matters=unshown)


def _first_run(comparison: Comparison) -> Caveat | None:
    times = {each.id: each.times for each in comparison.contestants if len(each.runs) > 2}
    unlike = [name for name, (first, *others) in times.items() if first > UNLIKE * max(others)]
    if not unlike:
        return None
    rest = tuple(each._replace(runs=each.runs[1:]) for each in comparison.contestants)
    without = [each.verdict for each in comparison._replace(contestants=rest).speedups]
    matters = "too few runs" not in without and without != [each.verdict for each in comparison.speedups]
    said = f"{', '.join(unlike)}: the first run took much longer than the others"
    return Caveat("first-run-unlike", said, "compare once more, now that all is warm", matters)
