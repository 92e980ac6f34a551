"""What an exercise asks for, and what an attempt at it lacks, in words for whoever has made the attempt."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from asyncdemo.catalogue import script_source
from asyncdemo.catalogue.scenario import SOLUTION, START, Scenario, Script
from asyncdemo.expectations.check_result import Mismatch
from asyncdemo.expectations.choices import Observed
from asyncdemo.expectations.output_blocks import LINE_END, Version, blocks_start
from asyncdemo.expectations.run_checks import (
    best_observed,
    depends_on_time,
    differing,
    how_it_ended,
    script_mismatches,
)
from asyncdemo.expectations.static_checks import claim_mismatch, parsed_claim
from asyncdemo.findings import THRESHOLDS
from asyncdemo.model.recording import Outcome, Run

GIVEN = "# given"  # at the end of a line of the start that has to stay
_SECTION = re.compile(r"(?m)^## +(?P<heading>.*\S)\s*$")
_HINT = re.compile(r"(?ms)^[-*] +(.*?)(?=^[-*] |\Z)")
_PLACE = re.compile(r'  File ".*?(?P<name>[^/"]*)", line (?P<line>\d+)')


class Exercise(NamedTuple):
    """A program to be mended: the task, hints from the gentlest on, and what there is to be learnt, in Markdown.

    What the solution expects of its own run is what an attempt has to keep.
    """

    scenario: Scenario
    start: Script
    solution: Script
    task: str
    hints: tuple[str, ...]
    lesson: str

    @property
    def name(self) -> str:
        """The name under which it is found."""
        return self.scenario.name

    @property
    def needs_start(self) -> bool:
        """True if the time of an attempt is held against that of the start."""
        return any(claim is not None and claim.of == START for claim in map(parsed_claim, self.solution.time))


def exercise_of(scenario: Scenario) -> Exercise:
    """The exercise that a scenario with a start and a solution is, by the headings of its notes."""
    task, *rest = _SECTION.split(scenario.notes)
    sections = {heading.lower(): text.strip() for heading, text in zip(rest[::2], rest[1::2], strict=True)}
    hints = tuple(" ".join(hint.split()) for hint in _HINT.findall(sections.get("hints", "")))
    start, solution = scenario.script(START), scenario.script(SOLUTION)
    return Exercise(scenario, start, solution, task.strip(), hints, sections.get("solved", ""))


def handed_out(source: str) -> str:
    """The text that a learner gets: a script without its metadata and without the blocks that say what it prints."""
    lines = LINE_END.split(source)[: blocks_start(source)]
    for kind, number, text in script_source.blocks(source):
        if kind == "script":
            del lines[number - 1 : number + text.count("\n") + 1]
    return "\n".join(lines).rstrip("\n") + "\n"


def attempt_mismatches(
    exercise: Exercise, attempt: Script, run: Run, others: Mapping[str, float], version: Version
) -> list[Mismatch]:
    """What an attempt lacks, the cause before what follows from it; `others` as for any scenario.

    A finding says where it is, but not what to do: that is what the exercise is about.
    """
    path, wanted = str(attempt.path), exercise.solution
    lost = [Mismatch(f"this line is marked {GIVEN} and must stay: {line}", path) for line in _lost(exercise, attempt)]
    if run.outcome.kind == "not-started":
        return [*lost, Mismatch(f"it could not be started: {run.outcome.reason}", path)]
    found = [
        Mismatch(f"{each.rule}: {each.message}", each.path or path, each.line, timing_sensitive=each.rule in THRESHOLDS)
        for each in run.findings or ()
        if each.rule not in wanted.findings
    ]
    if run.outcome.reason == "deadlock" and run.findings:
        return [*lost, *found]  # which say so, and why
    ending = list(_ending(wanted, run, path))
    if ending:
        return [*lost, *found, *ending]
    lacks = [*lost, *found, *_output(wanted, path, best_observed(wanted, run, version), explained=bool(found))]
    return lacks or [*_times(wanted, run, path, others)]


def start_mismatches(exercise: Exercise, run: Run, seconds: Mapping[str, float], version: Version) -> list[Mismatch]:
    """What is wrong with the start beside its own expectations: it keeps all that is asked of the solution."""
    if script_mismatches(exercise.solution, run, seconds, version):
        return []
    said = "the start already does what the solution does; there is nothing left to fix"
    return [Mismatch(said, str(run.subject.path))]


def of_exercise(exercise: Exercise) -> Iterator[Mismatch]:
    """What is wrong with its text."""
    notes = str(exercise.scenario.path / "README.md")
    if not exercise.task:
        yield Mismatch("it has no task: write below the heading what is wrong, and what is wanted", notes)
    if not exercise.hints:
        yield Mismatch("it has no hints: write them as a list below '## Hints'", notes)
    for line in _lost(exercise, exercise.solution):
        yield Mismatch(
            f"the solution lacks this line, which start.py marks as given: {line}", str(exercise.solution.path)
        )


def _lost(exercise: Exercise, attempt: Script) -> list[str]:
    """The lines that were given and are not there any more, as code."""
    there = {_code(line) for line in LINE_END.split(attempt.source)}
    given = [_code(line) for line in LINE_END.split(exercise.start.source) if line.rstrip().endswith(GIVEN)]
    return [line for line in given if line not in there]


def _code(line: str) -> str:
    return line.strip().removesuffix(GIVEN).rstrip()


def _ending(wanted: Script, run: Run, path: str) -> Iterator[Mismatch]:
    if run.outcome == Outcome("exited", code=wanted.exit):
        return
    error, line = _last_error(run)
    said = f"{how_it_ended(run.outcome)}{f': {error}' if error and run.outcome.code else ''}"
    yield Mismatch(said, path, line, timing_sensitive=depends_on_time(wanted) and run.outcome.kind != "timed-out")


def _last_error(run: Run) -> tuple[str, int | None]:
    """The last line on stderr, and the last line of the script's own in the traceback above it."""
    lines = "".join(each.text for each in run.output if each.stream == "stderr").splitlines()
    name = (run.subject.path or "").rpartition("/")[2]
    places = [found for found in map(_PLACE.match, lines) if found and found["name"] == name]
    return (lines[-1] if lines else ""), (int(places[-1]["line"]) if places else None)


def _output(wanted: Script, path: str, one: Observed, *, explained: bool) -> Iterator[Mismatch]:
    """What is not printed as it should be; what Python itself says on stderr is `explained` by a finding."""
    for stream, rows, _ in differing(wanted, one):
        if stream == "stdout" or not explained:
            said = "it does not print what is asked for" if stream == "stdout" else "stderr is not as it should be"
            bare = tuple(row._replace(line=None) for row in rows)
            yield Mismatch(said, path, None, bare, timing_sensitive=depends_on_time(wanted))


def _times(wanted: Script, run: Run, path: str, others: Mapping[str, float]) -> Iterator[Mismatch]:
    for claim in filter(None, map(parsed_claim, wanted.time)):
        took = run.seconds.own
        if took is not None and claim_mismatch(claim, took, others):
            asked = claim.text if claim.of != START else claim.text.replace(f"of {START}", "of that")
            than = f"the original took {others[START]:.2f} s, and " if claim.of == START else ""
            yield Mismatch(f"it took {took:.2f} s; {than}the task asks for {asked}", path, timing_sensitive=True)
