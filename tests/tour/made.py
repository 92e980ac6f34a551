"""Tours with made-up stops and runs."""

from pathlib import Path

from asyncdemo.catalogue.scenario import Chapter, Scenario, script_from_text
from asyncdemo.model.recording import Outcome, Output, Run
from asyncdemo.tour.navigation import pressed
from asyncdemo.tour.state import Room, State, at_stop, with_output, with_run, with_tasks
from asyncdemo.tour.stops import Stop, of_scenario
from tests.lanes.made import polite, rude, run_of
from tests.views.fabricated import outputs

FIRST, SECOND = Chapter(1, "First steps"), Chapter(2, "What blocks")
ROOM = Room(20)
PLAIN = '''"""call a function

It returns, and then its result is printed.
"""
print("HelloWorld")
'''
ASKING = '''"""three jobs and a heartbeat

Notes about it.

**Try** `--set DELAY=0.5`. It takes longer.
"""
# /// script
# [tool.asyncdemo]
# question = "What is printed?"
# choices = ["tick\\ndone", "done\\ntick", "nothing, and an error"]
# ///
import asyncio
import time

DELAY = 0.2


async def beat():
    while True:
        await asyncio.sleep(0.05)
        print("tick")


async def job(number):
    time.sleep(DELAY)
    print("done", number)


async def main():
    beating = asyncio.create_task(beat())
    await asyncio.gather(*map(job, range(3)))
    beating.cancel()


asyncio.run(main())

# Output:
# done
'''
NEWER = '''"""what needs another Python"""
# /// script
# requires-python = ">=99"
# ///
'''


def scenario(name: str, source: str, chapter: Chapter) -> Scenario:
    script = script_from_text(source, Path(f"/course/{name}.py"))
    return Scenario(name, chapter, script.path, (script,), script.summary, script.notes)


def folder(name: str, sources: dict[str, str], chapter: Chapter, notes: str) -> Scenario:
    scripts = tuple(script_from_text(text, Path(f"/course/{name}/{each}.py"), each) for each, text in sources.items())
    return Scenario(name, chapter, Path("/course", name), scripts, f"about {name}", notes)


def stops() -> tuple[Stop, ...]:
    """Two chapters: a script without a question, one with; one with variants, and one that cannot run here."""
    return (
        of_scenario(scenario("plain-call", PLAIN, FIRST)),
        of_scenario(scenario("rude-job", ASKING, FIRST)),
        of_scenario(folder("two-ways", {"polite": PLAIN, "rude": ASKING}, SECOND, "Compare them.")),
        of_scenario(scenario("from-the-future", NEWER, SECOND)),
    )


def tour(number: int = 0, **changes: object) -> State:
    return at_stop(State(stops()), number)._replace(**changes)


def press(state: State, *keys: str, room: Room = ROOM) -> State:
    for key in keys:
        state = pressed(state, key, room)
    return state


def ran(state: State, *texts: str, outcome: Outcome | None = None) -> Run:
    """A run of what runs just now, which prints these texts."""
    target = state.running
    assert target is not None
    source = target.script.source if target.script is not None else ""
    said = outputs(*((0.2 * number, text, 30) for number, text in enumerate(texts, 1)))
    made = run_of(polite() if target.name.endswith("polite") else rude(), 0.61, said, source=source)
    subject = made.subject._replace(target=target.name, variant=target.script.variant if target.script else None)
    outcome = outcome or Outcome("exited", code=0)
    return made._replace(subject=subject, outcome=outcome, ok=outcome.code == 0)


def end(state: State, *texts: str, outcome: Outcome | None = None) -> State:
    """Let what runs just now end."""
    return with_run(state, ran(state, *texts, outcome=outcome))


def printing(state: State, *texts: str) -> State:
    """Let what runs just now print."""
    said: tuple[Output, ...] = outputs(*((0.2 * number, text, 30) for number, text in enumerate(texts, 1)))
    state = with_output(state, said, 0, 0.05)
    return with_tasks(state, rude(), 0.05, 0.05 + 0.2 * len(texts))
