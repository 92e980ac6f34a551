"""Which other files of user code have something to do with what was seen."""

from asyncdemo.model.recording import Output
from asyncdemo.model.spans import WAITING, Reason
from asyncdemo.model.traces import Place
from asyncdemo.model.user_code import MOST, seen_files
from tests.findings import fabricated, standing
from tests.findings.fabricated import MAIN, PATH


def test_files_of_waits_of_stands_of_errors_and_of_messages() -> None:
    where = Place(own=True, path="/x/stands.py", line=3, function="f")
    failed = fabricated.task(2, "work", path="/x/tasks.py")
    seen = standing.stopped([MAIN, failed], [], standing.loop(standing.standing(1, "lock", where)))
    assert seen.timeline is not None
    spans = seen.timeline.spans
    spans.places += [("/x/waits.py", 5), ("/usr/lib/python3.11/asyncio/tasks.py", 9), (PATH, 2)]
    spans.reasons[0] = Reason("sleep", None, (("/x/through.py", 1),))
    spans.add(1, WAITING, 0.1, 0.2, 0)
    said = (
        Output(0.1, "stdout", 'File "/x/no.py", line 3, in f\n'),
        Output(0.2, "stdout", "x", 3, path="/x/prints.py"),
        Output(0.3, "stderr", '  File "/x/frame.py", line 3, in f\n  |   File "/x/group.py", line 4\n'),
        Output(0.4, "stderr", "/x/warned.py:15: RuntimeWarning: coroutine 'save' was never awaited\n"),
    )
    names = ("waits", "through", "stands", "tasks", "prints", "frame", "group", "warned")
    assert seen_files(seen._replace(output=said)) == [f"/x/{name}.py" for name in names]


def test_there_are_not_more_than_a_bound() -> None:
    said = tuple(Output(0.1, "stdout", "x", 1, path=f"/x/{number}.py") for number in range(2 * MOST))
    assert len(seen_files(fabricated.run(output=said))) == MOST
