"""All rules: found by their decorator in the files of this folder, each explained in a file of its name.

What went wrong is told first, then what took time, then what might be.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType

from asyncdemo.errors import UsageError
from asyncdemo.findings.evidence import REGISTERED, Evidence
from asyncdemo.findings.python_messages import is_pytest
from asyncdemo.model.recording import Finding, Run

OnFailure = Callable[[str, Exception], None]

_FOLDER = Path(__file__).parent
for _module in iter_modules([str(_FOLDER)]):
    import_module(f"asyncdemo.findings.{_module.name}")

_ORDERED = sorted(REGISTERED, key=lambda each: each.order)
RULES: Mapping[str, Callable[[Evidence], list[Finding]]] = {each.name: each.find for each in _ORDERED}
SAID = frozenset(each.name for each in _ORDERED if each.said)
THRESHOLDS: Mapping[str, float] = MappingProxyType(
    {each.name: each.least for each in _ORDERED if each.least is not None}
)


def find(
    run: Run, thresholds: Mapping[str, float] = THRESHOLDS, on_failure: OnFailure | None = None
) -> tuple[Finding, ...]:
    """All findings of a run, those of each rule with the most time first. Cost: linear in spans and output.

    `on_failure` is given the name of a rule that raises and its error, and the other rules go on; without it the error
    goes to the caller.
    """
    evidence = Evidence(run, thresholds)
    found: list[Finding] = []
    for name, rule in RULES.items():
        try:
            found += sorted(rule(evidence), key=lambda finding: -(finding.seconds or 0.0))
        except Exception as error:
            if on_failure is None:
                raise
            on_failure(name, error)
    return tuple(_with_test(evidence, each) for each in found) if is_pytest(run) else tuple(found)


def _with_test(evidence: Evidence, finding: Finding) -> Finding:
    """The finding with the test in which it was made at the end of its message, as far as that is known."""
    place = (finding.path, finding.line)
    said = (each.test for each in evidence.reports if each.test and evidence.place(each.path, each.line) == place)
    test = (next(said, None) if finding.rule == "never-awaited" else None) or _by_lane(evidence, finding)
    return finding if test is None else finding._replace(message=f"{finding.message} Test: {test}.")


def _by_lane(evidence: Evidence, finding: Finding) -> str | None:
    """The coroutine of the task, or of one that has led to it, that is called like a test."""
    for key in finding.tasks:
        task = evidence.tasks.get(key)
        while task is not None:
            if task.coroutine.rpartition(".")[2].startswith("test"):
                return task.coroutine
            task = None if task.parent is None else evidence.tasks.get(task.parent)
    return None


def judged(run: Run, thresholds: Mapping[str, float] = THRESHOLDS, on_failure: OnFailure = lambda *_: None) -> Run:
    """The run with its findings; a rule that fails costs its own findings and becomes a note."""
    notes: list[str] = []

    def note(rule: str, error: Exception) -> None:
        notes.append(f"the rule {rule} failed ({type(error).__name__}): its findings are missing, the others are here")
        on_failure(rule, error)

    findings = find(run, thresholds, note)
    return run._replace(findings=findings, notes=(*run.notes, *notes))


def thresholds_from(settings: Iterable[str]) -> Mapping[str, float]:
    """All thresholds, with those changed that are set as RULE=SECONDS. Raises UsageError."""
    changed = dict(THRESHOLDS)
    for setting in settings:
        rule, _, value = setting.partition("=")
        if rule not in THRESHOLDS:
            raise UsageError(f"--threshold {setting}: {_hint(rule)}")
        try:
            seconds = float(value)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < float("inf"):
            raise UsageError(f"--threshold {setting}: give it as {rule}=SECONDS, for example {rule}=0.5")
        changed[rule] = seconds
    return changed


def _hint(rule: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(rule, THRESHOLDS, n=1)
    known = f"did you mean {near[0]}?" if near else f"those are {', '.join(THRESHOLDS)}"
    return f"no rule with a threshold is called {rule!r}; {known}"


def explanation(rule: str) -> str:
    """What a rule means, with a wrong and a right example, as Markdown."""
    return _page(rule)[1]


def published(rule: str) -> Mapping[str, str]:
    """What the table in docs/findings.md says of a rule: "is", "counts from" (behind the seconds), "seen by"."""
    return dict(line.split(": ", 1) for line in _page(rule)[0].splitlines()[1:])


def summaries() -> dict[str, str]:
    """Each rule with the sentence that its explanation begins with."""
    return {rule: explanation(rule).split("\n\n")[1].replace("\n", " ") for rule in RULES}


def glossary() -> dict[str, str]:
    """The words of the field, each with what it means, as Markdown."""
    text = (_FOLDER / "glossary.md").read_text(encoding="utf-8")
    entries = (entry.partition("\n\n") for entry in text.removeprefix("## ").split("\n## "))
    return {word: f"{meaning.strip()}\n" for word, _, meaning in entries}


def _page(rule: str) -> tuple[str, str]:
    """The comment at the head of a rule's file, and what is behind it."""
    head, _, text = (_FOLDER / "explanations" / f"{rule}.md").read_text(encoding="utf-8").partition("-->\n")
    return head, text
