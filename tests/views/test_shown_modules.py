"""Which files of a program are shown, and what they are called."""

import pytest

from asyncdemo.model.recording import Finding, Run, Subject
from asyncdemo.model.spans import BLOCKED, WAITING, Reason, Spans, Timeline
from asyncdemo.views.excerpt import by_importance
from asyncdemo.views.shown_modules import file_name, shown_modules
from tests.views.fabricated import run

MODULES = {f"/x/pkg/{name}.py": f"# {name}\n" for name in ("store", "stages", "channel", "quiet")}
SUBJECT = Subject("-m pkg", path="/x/pkg/__main__.py", source="import pkg\n", modules=MODULES)


def of_program(*places: tuple[str, int, int, float], found: str | None = None) -> Run:
    """A run with spans: file, line, state, seconds."""
    spans = Spans()
    for file, line, state, seconds in places:
        spans.places.append((f"/x/pkg/{file}.py", line))
        spans.add(1, state, 0.0, seconds, len(spans.places) - 1)
    findings = () if found is None else (Finding("stuck", "error", f"/x/pkg/{found}.py", 1, "", ""),)
    timeline = Timeline((), spans, 0, complete=True)
    return run()._replace(subject=SUBJECT, timeline=timeline, findings=findings)


def names(seen: Run) -> list[str]:
    return [module.name for module in shown_modules(seen)]


def test_findings_come_first_then_what_held_the_loop_then_what_waited() -> None:
    waits = [("channel", 3, WAITING, 9.0), ("stages", 5, BLOCKED, 0.1)]
    assert names(of_program(*waits, found="store")) == ["pkg/store.py", "pkg/stages.py", "pkg/channel.py"]
    assert names(of_program(*waits)) == ["pkg/stages.py", "pkg/channel.py"]


def test_the_script_is_shown_where_something_was_seen_in_it_or_nothing_elsewhere() -> None:
    assert names(of_program()) == ["pkg/__main__.py"]
    assert names(of_program(("__main__", 4, WAITING, 9.0), ("stages", 5, WAITING, 1.0))) == [
        "pkg/__main__.py",
        "pkg/stages.py",
    ]


def test_those_that_led_to_a_wait_come_after_it() -> None:
    seen = of_program(("channel", 3, WAITING, 1.0))
    assert seen.timeline is not None
    seen.timeline.spans.reasons[0] = Reason("queue.put", None, (("/x/pkg/stages.py", 7), ("/x/pkg/channel.py", 2)))
    assert names(seen) == ["pkg/channel.py", "pkg/stages.py"]


def test_a_file_whose_text_nobody_has_is_not_shown() -> None:
    assert names(of_program(("gone", 3, WAITING, 1.0))) == ["pkg/__main__.py"]
    assert shown_modules(of_program()._replace(subject=Subject("-m pkg"))) == []


@pytest.mark.parametrize(
    ("subject", "path", "name"),
    [
        (SUBJECT, "/x/pkg/sub/a.py", "pkg/sub/a.py"),
        (Subject("app.py", path="/x/app.py"), "/x/store.py", "store.py"),
        (Subject("app.py", path="/x/app.py"), "/y/lib/store.py", "lib/store.py"),
        (Subject("app.py", path="/x/app.py", ran="/tmp/t/app.py"), "/tmp/t/app.py", "app.py"),
        (Subject("app.py", path="/x/app.py", ran="/tmp/t/app.py"), "/tmp/t/store.py", "store.py"),
        (Subject("-m uvicorn", modules={"/x/app/main.py": "", "/x/app/db/pool.py": ""}), "/x/app/main.py", "main.py"),
        (Subject("-m uvicorn", modules={"/x/main.py": ""}), "/x/main.py", "main.py"),
        (Subject("-m uvicorn", modules={"/x/main.py": "", "main.py": ""}), "/x/main.py", "x/main.py"),
        (Subject("-"), "<stdin>", "<stdin>"),
    ],
)
def test_a_file_is_named_by_its_path_from_the_folder_of_the_program(subject: Subject, path: str, name: str) -> None:
    assert file_name(path, subject) == name


def test_lines_of_a_module_by_importance() -> None:
    text = "import a\n\ndef f():\n    x()\n    y()\n    z()\n"
    seen = of_program(("stages", 5, BLOCKED, 0.1))
    seen = seen._replace(subject=SUBJECT._replace(modules={"/x/pkg/stages.py": text}))
    (module,) = shown_modules(seen)
    assert by_importance(seen, module.code, module.marks, module.path)[:2] == [5, 3]
