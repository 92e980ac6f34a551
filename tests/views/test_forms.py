"""All forms of a recording: each is what it claims to be, whatever was recorded."""

import json
import re
from collections import Counter
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from asyncdemo.model.recording import Finding, Run
from asyncdemo.model.recording_json import Recording, from_text
from asyncdemo.model.spans import UNKNOWN, Spans, Timeline
from asyncdemo.views.exports import COMPARISONS
from asyncdemo.views.terminal.playback import write_recording
from tests.comparison.made import compared, made
from tests.lanes.made import Made, Story, many, polite, rude, run_of, timeline
from tests.model.test_recording_damage import recordings
from tests.views.fabricated import Text, outputs, page
from tests.views.forms import check_all, in_the_terminal, text
from tests.views.test_hostile import EVIL, _run
from tests.views.test_page_tables import fetching
from tests.views.trace_schema import check, check_arrows

TICKS = outputs((0.01, "tick\n"), (0.06, "tick\n"), (0.2, "done 1\n"))
FOUND = Finding("blocking-call", "warning", "/course/example.py", 13, "it holds", "do not", 0.6, 3, (3, 4, 5))


def recording(*runs: Run) -> Recording:
    return Recording(runs, "0.1", "Linux", "2026-01-02T03:04:05+00:00")


def rude_run() -> Run:
    return run_of(rude(), 0.61, TICKS)._replace(findings=(FOUND,))


@pytest.mark.slow
@given(recordings)
@settings(max_examples=40)
def test_any_recording(kept: Recording) -> None:
    check_all(kept)


# What a clock cannot tell apart from nothing, and as long as a recording may say that it took.
@pytest.mark.parametrize("script", [5e-324, 1e-9, -1.0, 999.999, 1e8])
@pytest.mark.parametrize("zero", [0.0, 0.05, 1e8])
def test_however_long_it_took(script: float, zero: float) -> None:
    run = run_of(rude(), script, outputs((0.0, f"{'tick ' * 40}\n"), (script, f"{'tock ' * 40}\n")))
    run = run._replace(seconds=run.seconds._replace(startup=zero, imports=0.0, script=script))
    check_all(recording(run, run._replace(timeline=None)))
    write_recording(page(Text(), 40), [run], None, full=False)


@pytest.mark.parametrize("evil", EVIL)
def test_foreign_text_is_shown_as_text(evil: str) -> None:
    said = EVIL[evil]
    jobs = [Made(said, [("running", 0.1), ("waiting", 0.1)], path=f"/{said}.py", name=said, at=3) for _ in range(2)]
    found = (Finding("blocking-call", "warning", said, 1, said, said, 0.1, 1, (1,), ((1, said),)),)
    kept = recording(_run(said)._replace(timeline=timeline(*jobs), findings=found))
    check_all(kept)
    assert text(from_text(text(kept, ".json")), ".json") == text(kept, ".json")


@pytest.mark.slow
def test_a_line_of_a_megabyte() -> None:
    kept = recording(run_of(polite(), 0.2, outputs((0.1, "</script>[/red]\u202e" * 60_000 + "\n"))))
    check_all(kept)
    assert len(text(kept, ".svg")) < 20_000


def test_lanes_and_slices_of_a_trace() -> None:
    runs = [run_of(polite(), 0.2, TICKS), rude_run()]
    events = check(json.loads(text(recording(*runs), ".trace.json")))
    lanes = [event["args"]["name"] for event in events if event["name"] == "thread_name"]
    assert lanes == ["script", "main", "beat", "job 1", "job 2", "job 3"] * 2
    assert [event["args"]["name"] for event in events if event["name"] == "process_name"] == ["example", "example"]
    slices = Counter(event["cat"] for event in events if event["ph"] == "X")
    assert slices["run"] == 6
    assert slices["state"] == sum(len(run.timeline.spans) for run in runs if run.timeline is not None)
    assert check_arrows(events) == 8
    assert [event["name"] for event in events if event.get("cat") == "output"] == ["tick", "tick", "done 1"] * 2
    found = next(event for event in events if event.get("cat") == "finding")
    assert (found["name"], found["args"]["message"]) == ("blocking-call", "it holds")
    first = next(event for event in events if event["name"] == "blocked")
    assert (found["ts"], found["tid"]) == (first["ts"], first["tid"])
    assert first["args"] == {"at": "/course/example.py:13"}


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("get configuration", "get configuration"),
        ("fetch the configuration", "fetch the configu…"),
        ("a worker of many words 12", "a worker of ma… 12"),
        ("\u6f22" * 12, "\u6f22" * 8 + "…"),
    ],
)
def test_names_of_lanes_in_a_picture(name: str, drawn: str) -> None:
    jobs = [Made("job", [("running", 0.1)], name=name), Made("main", [("running", 0.1)])]
    assert f'class="lane">{drawn}<' in text(recording(run_of(timeline(*jobs), 0.2)), ".svg")


def test_a_creator_of_which_only_spans_are_there() -> None:
    found = timeline(Made("main", [("running", 0.1)]), Made("job", [("running", 0.1)], 0.05, parent=1))
    kept = recording(run_of(found._replace(tasks=found.tasks[1:]), 0.2))
    assert check_arrows(check(json.loads(text(kept, ".trace.json")))) == 0


def test_slices_of_a_lane_do_not_overlap() -> None:
    events = check(json.loads(text(recording(rude_run()), ".trace.json")))
    for lane in {event["tid"] for event in events}:
        own = sorted((event["ts"], event["dur"]) for event in events if event["ph"] == "X" and event["tid"] == lane)
        for (start, length), (after, _) in pairwise(own):
            assert start + length <= after + 1e-6


def test_a_trace_says_for_what_each_wait_is_and_who_woke_whom() -> None:
    events = check(json.loads(text(recording(fetching(), fetching()), ".trace.json")))
    assert check_arrows(events) == 2 * (2 + 2)  # two tasks that main has made, two waits that others have ended
    waits = [event["args"] for event in events if event["name"] == "waiting"]
    assert [waits[0], waits[1], waits[3]] == [
        {"at": "/home/me/app.py:7", "wait": "gather"},
        {"at": "/home/me/app.py:9", "wait": "sleep", "value": 0.1},
        {
            "at": "/home/me/lib/net.py:3",
            "wait": "task",
            "value": "fetch",
            "through": ["/home/me/app.py:8", "/home/me/lib/net.py:3"],
        },
    ]
    names = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    wakes = [event for event in events if event.get("cat") == "wake"]
    told = [(names[s["tid"]], names[f["tid"]], s["args"]) for s, f in zip(wakes[::2], wakes[1::2], strict=True)]
    assert told == [("parse", "main", {"task": "main"}), ("fetch", "parse", {"task": "parse"})] * 2


def test_the_scripts_of_a_trace_begin_at_one_moment() -> None:
    slow = run_of(polite(), 0.2)
    slow = slow._replace(seconds=slow.seconds._replace(startup=0.5))
    events = check(json.loads(text(recording(run_of(polite(), 0.2), slow), ".trace.json")))
    assert len({event["ts"] for event in events if event["name"] == "script"}) == 1


def test_what_a_picture_says() -> None:
    picture = ElementTree.fromstring(text(recording(rude_run()), ".svg"))
    said = [each.text for each in picture.iter() if each.tag.endswith("}text")]
    assert said[:2] == ["example", "0.61 s"]
    assert {"main", "beat", "job 1", "BLOCKS", "cannot run", "ready, cannot run", "tick", "cancelled"} <= set(said)
    assert "! blocking-call, line 13, 3 times, 0.60 s total" in said
    assert said[-5:] == ["waiting", "cannot run", "BLOCKS", "a short step", "critical path"]
    assert said[-6].startswith("critical path: ")


def test_a_picture_says_for_what_was_waited_and_what_decided() -> None:
    said = text(recording(fetching()), ".svg")
    assert {f">{words}</text>" in said for words in ("gather", "sleep 0.1", "awaits fetch")} == {True}
    assert "critical path: 48 % sleep 0.1 at line 9, 38 % blocked at line 12" in said
    assert len(re.findall(r'class="critical" d="M[^"]+"', said)) == 3  # two lanes, and the legend


def test_a_picture_of_a_run_that_was_stopped_or_is_old_has_no_critical_path() -> None:
    stopped = fetching()._replace(stopped=0.5)
    old = fetching()
    assert old.timeline is not None
    old.timeline.spans.wakers[0] = UNKNOWN
    for run in (stopped, old):
        assert "critical" not in text(recording(run), ".svg").partition("</style>")[2]


def test_a_picture_of_many_lanes_is_folded() -> None:
    picture = text(recording(run_of(many(3, 200), 0.6)), ".svg")
    assert float(ElementTree.fromstring(picture).attrib["height"]) < 800
    assert "work_1 x" in picture


def test_a_picture_of_many_steps_stays_small() -> None:
    for waits, most in ((0.0003, 20_000), (0.0001, 100_000)):
        story: Story = [("running", 0.0001), ("waiting", waits)] * 2000
        picture = text(recording(run_of(timeline(*(Made(f"w{n}", story) for n in range(4))), 1.0)), ".svg")
        assert len(picture) < most
    story = [("running", 0.0001), ("waiting", 0.0003)] * 2000
    assert "waiting, many short steps" in text(recording(run_of(timeline(Made("w", story)), 1.0)), ".svg")


def test_a_run_in_which_no_task_was_seen_has_its_time_and_what_it_printed() -> None:
    for found in (None, Timeline((), Spans(), 0, complete=True)):
        picture = text(recording(run_of(found, 0.3, TICKS)), ".svg")
        assert ">script<" in picture
        assert ">tick<" in picture


def test_variants_have_one_axis() -> None:
    runs = [run_of(polite(), 0.2), rude_run()]
    named = [
        run._replace(subject=run.subject._replace(scenario="blocking-sleep", variant=name))
        for run, name in zip(runs, ("polite", "rude"), strict=True)
    ]
    picture = text(recording(*named), ".svg")
    assert [picture.count(f">{said}<") for said in ("blocking-sleep", "polite", "rude", "0")] == [1, 1, 1, 1]
    plain = in_the_terminal(recording(*named))
    assert plain.startswith("blocking-sleep ")
    assert "next " not in plain


def test_names_of_lanes_and_variants_do_not_reach_into_the_lanes() -> None:
    runs = [run_of(timeline(Made("w" * 40, [("waiting", 0.2)])), 0.2), run_of(polite(), 0.2)]
    named = [
        run._replace(subject=run.subject._replace(scenario="s", variant=name))
        for run, name in zip(runs, ("in-a-thread", "v" * 40), strict=True)
    ]
    picture = ElementTree.fromstring(text(recording(*named), ".svg"))
    texts = [each for each in picture.iter() if each.tag.endswith("}text")]
    zero = next(float(each.attrib["x"]) for each in texts if each.text == "0")
    wide = {"name": 12.5, "lane": 10.5}  # pixels for a character
    names = [each for each in texts if each.attrib.get("class") in wide]
    assert len(names) == 2 + 1 + 5
    assert all(20 + wide[each.attrib["class"]] * len(each.text or "") <= zero for each in names)


def test_the_terminal_shows_all_of_a_recording() -> None:
    plain = in_the_terminal(recording(rude_run()))
    assert "BLOCKS" in plain
    assert "! blocking-call, line 13" in plain
    assert "\x1b" not in plain


def test_a_comparison_as_trace() -> None:
    both = compared(made("sync", *[0.5] * 6), made("async", *[0.05] * 6))
    assert check(json.loads("".join(COMPARISONS[".trace.json"](both)))) == []
    one, other = both.contestants
    traced = both._replace(contestants=(one._replace(traced=rude_run()), other._replace(traced=rude_run())))
    events = check(json.loads("".join(COMPARISONS[".trace.json"](traced))))
    assert [event["args"]["name"] for event in events if event["name"] == "process_name"] == ["sync", "async"]
