"""The data of an HTML page, and how it stands in the file."""

import json
import re
from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncdemo.model.recording import Output, Run
from asyncdemo.model.recording_json import Recording, from_text
from asyncdemo.model.spans import Spans
from asyncdemo.views.exports import RECORDINGS
from asyncdemo.views.foreign_text import output_lines
from asyncdemo.views.html.page_timeline import merged, stepping
from asyncdemo.views.html.pages import bounded, runs_data
from tests.lanes.made import STEP, Made, many, run_of, timeline
from tests.model.test_recording_damage import recordings
from tests.views.test_hostile import EVIL, _run

CSP = re.compile(r"default-src 'none'; script-src '(\S+)'; style-src '(\S+)'; base-uri 'none'; form-action 'none'")
SECONDS = st.floats(1e-7, 0.01)


def page(*runs: Run) -> str:
    return "".join(RECORDINGS[".html"](Recording(runs)))


def element(text: str, opening: str) -> str:
    return text.partition(opening)[2].partition("</")[0]


def test_only_its_own_script_and_style_are_allowed() -> None:
    text = page(run_of(None, 0.1))
    allowed = CSP.search(text)
    assert allowed is not None
    contents = element(text, '<script type="module">'), element(text, "<style>")
    assert allowed.groups() == tuple(
        f"sha256-{b64encode(sha256(each.encode()).digest()).decode()}" for each in contents
    )
    assert not re.search(
        r"https?://|//\S+\.\w+/|@import|url\(|\beval\b|innerHTML|outerHTML|insertAdjacent|document\.write", text
    )


def test_data_cannot_end_their_element() -> None:
    text = page(*map(_run, [*EVIL.values(), "</script><!--", "]]>&amp;\u2028\u2029"]))
    data = element(text, '<script type="application/json" id="data">')
    assert not re.search("[<>&\u2028\u2029\ud800-\udfff]", data)
    assert len(json.loads(data)["runs"]) == len(EVIL) + 2
    text.encode()


@pytest.mark.slow
@given(recordings)
@settings(max_examples=40)
def test_any_recording(kept: Recording) -> None:
    text = "".join(RECORDINGS[".html"](kept))
    assert len(json.loads(element(text, '<script type="application/json" id="data">'))["runs"]) == len(kept.runs)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), SECONDS), max_size=300), st.integers(6, 50))
def test_merged_spans_are_few_and_cover_what_they_stand_for(stretches: list[tuple[int, int, float]], most: int) -> None:
    spans, now = Spans(), [0.0] * 3
    for task, state, seconds in stretches:
        spans.add(task, state, now[task], now[task] + seconds)
        now[task] += seconds
    found = merged(spans, range(3), max(now) or 1.0, most)
    assert found.number <= max(most, 3)
    assert sum(drawn.many for lane in found.lanes.values() for drawn in lane) == len(spans)
    for task, lane in found.lanes.items():
        assert [drawn.start for drawn in lane[1:]] == [drawn.end for drawn in lane[:-1]]
        assert not lane or abs(lane[-1].end - now[task]) < 1e-9
        assert all(drawn.many == 1 or drawn.end - drawn.start < 2 * found.below for drawn in lane)


def test_few_spans_are_left_as_they_are() -> None:
    found = merged(many(3, 4).spans, range(1, 13), 0.5)
    assert (found.below, found.number) == (0.0, 36)


def test_a_merged_stretch_is_in_the_state_that_took_most() -> None:
    story = [("running", 0.001), ("waiting", 0.004), ("running", 0.001)] * 2 + [("blocked", 1.0)]
    found = merged(timeline(Made("work", story)).spans, [1], 1.1, most=4)  # type: ignore[arg-type]
    assert [(drawn.state, drawn.many) for drawn in found.lanes[1]] == [(2, 6), (3, 1)]


def test_what_is_left_out_is_told() -> None:
    run = run_of(many(11, 100), 0.5, [Output(0.06, "stdout", "a\n" * 2_500)])._replace(findings=())
    (data,) = runs_data([run])
    assert (len(data["lanes"]), len(data["said"])) == (1_000, 2_000)
    assert data["remarks"][:2] == [
        "500 lines from the middle of its output are left out here.",
        "The first 1,000 tasks are drawn, of 1,100.",
    ]
    assert re.fullmatch(r"Of 2,\d\d\d moments 100 can be stepped to, at even distances\.", data["remarks"][2])


def test_steps_are_what_changes() -> None:
    run = run_of(timeline(Made("main", [STEP, ("waiting", 0.1), STEP])), 0.2)
    steps, remarks = stepping(run, {1: 0}, 0.05)
    assert (steps["of"], remarks) == (len(steps["moments"]), [])
    assert [(kind, lane) for _, _, kind, lane, *_ in steps["moments"]] == [
        ("step", 0),
        ("idle", None),
        ("step", 0),
        ("end", None),
    ]
    assert [[change[:2] for change in changes] for *_, changes in steps["moments"]] == [
        [[0, 0]],
        [[0, 2]],
        [[0, 0]],
        [[0]],
    ]


def test_writes_make_lines() -> None:
    pieces = [("stdout", "a"), ("stdout", "b\nc"), ("stderr", "d\n"), ("stdout", "e\r\n\n"), ("stdout", "f")]
    outputs = [Output(float(at), stream, text) for at, (stream, text) in enumerate(pieces)]  # type: ignore[arg-type]
    found = output_lines(outputs, [None] * 5)
    assert [(each.at, each.stream, each.text, each.piece) for each in found] == [
        (0.0, "stdout", "ab", 0),
        (1.0, "stdout", "c", 1),
        (2.0, "stderr", "d", 2),
        (3.0, "stdout", "e", 3),
        (3.0, "stdout", "", 3),
        (4.0, "stdout", "f", 4),
    ]
    assert bounded(found, 4) == ([*found[:2], *found[-2:]], 2)


def test_what_was_written_over_is_not_shown() -> None:
    outputs = [
        Output(0.0, "stdout", "10 %\r50 %"),
        Output(0.1, "stdout", "\rdone\r\n"),
        Output(0.2, "stderr", "a\rb\r"),
    ]
    assert [each.text for each in output_lines(outputs, [None] * 3)] == ["done", "b"]


def test_a_line_that_printed_often_says_so() -> None:
    said = [Output(0.1 * n, "stdout", f"tick {n}\n", 4) for n in range(3)] + [Output(0.3, "stdout", "end\n", 6)]
    (data,) = runs_data([run_of(None, 0.4, said)])
    (module,) = data["modules"]
    assert module["marks"] == [[4, "tick 0   (the first of 3)", False], [6, "end", False]]


ASKS = '''"""Print."""
# /// script
# [tool.asyncdemo]
# question = "What comes first?"
# choices = ["`a`", "b / c"]
# ///
print("a")
'''


def test_a_page_has_the_question_of_its_scenario_and_no_answer() -> None:
    run = run_of(None, 0.1)
    (data,) = runs_data([run._replace(subject=run.subject._replace(source=ASKS))])
    assert data["question"] == ["What comes first?", "`a`", "b / c"]
    for source in ("x = 1\n", ASKS.replace("question", "unknown"), "# /// script\n# x = [\n# ///\n"):
        (data,) = runs_data([run._replace(subject=run.subject._replace(source=source))])
        assert data["question"] == []


def test_a_page_can_have_a_title() -> None:
    kept = Recording((run_of(None, 0.1),), title="Monday <b>")
    text = "".join(RECORDINGS[".html"](kept))
    assert "<title>Monday &lt;b&gt;</title>" in text
    data = json.loads(element(text, '<script type="application/json" id="data">'))
    assert (data["title"], data["titled"]) == ("Monday <b>", True)
    assert from_text("".join(RECORDINGS[".json"](kept))).title == "Monday <b>"
    assert "".join(RECORDINGS[".md"](kept)).startswith("# Monday \\<b>\n\n## ")
