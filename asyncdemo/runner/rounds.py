"""Runs contestants in rounds, each once a round and in shuffled order, so that no drift of the machine favours one."""

import random
from collections.abc import Callable, Sequence

from asyncdemo.comparison import Comparison, Contestant, Stopped
from asyncdemo.recording import Run
from asyncdemo.runner.observe import not_started, observe
from asyncdemo.runner.plan import Plan

Tell = Callable[[int, int], None]


def run_rounds(plans: Sequence[Plan], *, rounds: int, seed: int, tell: Tell) -> Comparison:
    """Run a warm-up round and then `rounds` more; `tell` gets how many runs are done, and of how many.

    Ends early where a run does not end as it should or is interrupted; the comparison says so. The runs of a round
    that was not finished do not count.
    """
    order = random.Random(seed)
    finished: list[list[Run]] = []
    latest: list[Run] = [not_started(plan, "its turn did not come") for plan in plans]
    stopped: Stopped = "rounds"
    while stopped == "rounds" and len(finished) <= rounds:
        turns = list(range(len(plans)))
        order.shuffle(turns)
        for done, turn in enumerate(turns):
            tell(len(finished) * len(plans) + done, (rounds + 1) * len(plans))
            latest[turn] = observe(plans[turn])._replace(output=())
            if not latest[turn].ok:
                stopped = "interrupted" if latest[turn].was_interrupted else "failed"
                break
        else:
            finished.append(latest[:])
    if any(run.seconds.script is None for each in finished for run in each):
        # one clock for all: where a script's own time is not known, nobody's is compared
        finished = [[run._replace(seconds=run.seconds._replace(script=None)) for run in each] for each in finished]
    return Comparison(
        tuple(
            Contestant(name, tuple(each[turn] for each in finished[1:]), latest[turn])
            for turn, name in enumerate(_ids(plans))
        ),
        seed,
        stopped,
    )


def _ids(plans: Sequence[Plan]) -> list[str]:
    """The shortest names that tell the contestants apart: variants of one scenario need no more than their own."""
    scenarios = {plan.subject.scenario for plan in plans}
    variants = [plan.subject.variant for plan in plans]
    if len(scenarios) == 1 and all(variants):
        return [str(variant) for variant in variants]
    return [plan.subject.target for plan in plans]
