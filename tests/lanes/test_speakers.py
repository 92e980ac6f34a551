"""Who printed what."""

from asyncdemo.analysis.lane_drawing import by_task
from asyncdemo.model.recording import Output
from asyncdemo.model.spans import Timeline
from tests.lanes.made import Made, timeline
from tests.views.fabricated import ZERO

MAIN, OTHER = 11, 12


def threaded(found: Timeline, *threads: int | None) -> Timeline:
    tasks = tuple(task._replace(thread=thread) for task, thread in zip(found.tasks, threads, strict=True))
    return found._replace(tasks=tasks)


def printed(found: Timeline, *said: tuple[float, int | None]) -> dict[int, list[str]]:
    outputs = [Output(ZERO + at, "stdout", f"{number}\n", None, thread) for number, (at, thread) in enumerate(said)]
    return {task: [output.text.strip() for output in some] for task, some in by_task(found, outputs).items()}


TURNS = timeline(
    Made("a", [("running", 0.1), ("waiting", 0.2), ("blocked", 0.1)]),
    Made("b", [("ready", 0.1), ("running", 0.1)]),
    Made("", [("waiting", 1.0)], name="Thread-1", kind="thread"),
)


def test_whoever_ran() -> None:
    found = threaded(TURNS, MAIN, MAIN, OTHER)
    assert printed(found, (0.05, MAIN), (0.15, MAIN), (0.35, MAIN)) == {1: ["0", "2"], 2: ["1"]}


def test_nobody_ran() -> None:
    assert printed(threaded(TURNS, MAIN, MAIN, OTHER), (0.25, MAIN), (0.45, MAIN), (-0.01, MAIN)) == {}


def test_another_thread_meanwhile() -> None:
    assert printed(threaded(TURNS, MAIN, MAIN, OTHER), (0.05, OTHER), (0.05, 13), (1.2, OTHER)) == {3: ["0"]}


def test_what_is_not_known_is_not_guessed() -> None:
    assert printed(threaded(TURNS, MAIN, MAIN, OTHER), (0.05, None)) == {}
    assert printed(threaded(TURNS, None, None, None), (0.05, MAIN)) == {1: ["0"]}


def test_nothing_printed() -> None:
    assert by_task(TURNS, []) == {}
