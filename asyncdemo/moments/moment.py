"""One moment, and where every task stands in it, as plain data. Times are seconds from the start of the run."""

from typing import Any, Literal, NamedTuple

from asyncdemo.spans import State

Kind = Literal["step", "idle", "thread", "end"]
How = Literal["defined", "suspended", "seen"]


class Standing(NamedTuple):
    """Where one task stands: its state, None where that is not known, since when it is in it, and a line.

    `how` tells what the line is: "suspended", of the await at which the task is suspended, or was until this step;
    "seen", the line at which it was seen to hold the loop; "defined", of its coroutine or function, for it has not
    begun before. None: the line is not known, and `path` and `line` are None too.
    """

    task: int
    state: State | None
    since: float | None
    path: str | None
    line: int | None
    how: How | None


class Moment(NamedTuple):
    """Something that happens in a loop or a thread, at `at`; the next moment is at `until`, None of the last one.

    `number` counts from 0. `kind`: "step", `task` begins a step, or goes on with one; "idle", no task of a loop can
    run; "thread", the thread `task` begins, ends, or begins to do something else; "end", the last thing that was seen
    of any task is over. `thread` is the identifier of the thread in which that is, None where unknown.

    `standings` are those of all tasks that are there, the one that runs among them, in the order in which they came to
    be. `ready` are the tasks that could run, whoever has been ready for longest first. `created` and `ended` are the
    tasks that come to be or end before the next moment. Pieces of output: `printed` were printed before this moment,
    and those up to `printed_until` before the next one; both count from the first piece of the run.
    """

    number: int
    at: float
    until: float | None
    kind: Kind
    task: int | None
    thread: int | None
    standings: tuple[Standing, ...]
    ready: tuple[int, ...]
    created: tuple[int, ...]
    ended: tuple[int, ...]
    printed: int
    printed_until: int

    @property
    def standing(self) -> Standing | None:
        """Where the task stands whose step or thread it is; None where there is none, or it has ended."""
        return next((each for each in self.standings if each.task == self.task), None)


def to_json(moment: Moment) -> dict[str, Any]:
    """Give a moment as an object with the fields of Moment, its standings as objects with those of Standing.

    {"number": 3, "at": 0.1021, "until": 0.1042, "kind": "step", "task": 2, "thread": 140, "standings": [{"task": 2,
    "state": "running", "since": 0.1021, "path": "work.py", "line": 9, "how": "suspended"}], "ready": [3],
    "created": [], "ended": [2], "printed": 4, "printed_until": 5}

    Times are rounded to the microsecond, what is not known is null.
    """
    document = moment._asdict()
    document["at"] = round(moment.at, 6)
    document["until"] = None if moment.until is None else round(moment.until, 6)
    document["standings"] = [
        each._asdict() | {"since": None if each.since is None else round(each.since, 6)} for each in moment.standings
    ]
    return document | {name: list(document[name]) for name in ("ready", "created", "ended")}
