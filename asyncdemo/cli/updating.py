"""`check --update`: the blocks of scripts that ended as they should, written anew."""

from asyncdemo.catalogue import reading
from asyncdemo.catalogue.scenario import Script
from asyncdemo.cli.checking import Checked, Item
from asyncdemo.cli.interpreters import Interpreter
from asyncdemo.cli.saving import replace_content
from asyncdemo.errors import UsageError
from asyncdemo.expectations.fault import Fault
from asyncdemo.expectations.keeping import best_seen, stream_faults
from asyncdemo.expectations.rewriting import Paper, rewritten
from asyncdemo.expectations.seen import Seen
from asyncdemo.expectations.verdict import Verdict
from asyncdemo.recording import Outcome, Run


def updated(checked: Checked, python: Interpreter) -> Checked:
    """Rewrite what can be, and give the verdicts as they are then."""
    return checked._replace(verdicts=tuple((_one(*each, python), *each[1:]) for each in checked.verdicts))


def _one(verdict: Verdict, item: Item | None, run: Run | None, python: Interpreter) -> Verdict:
    if item is None or run is None or run.outcome != Outcome("exited", code=item.script.exit) or run.output_dropped:
        return verdict
    seen = best_seen(item.script, run, python.version)
    mended = set(stream_faults(item.script, seen))
    try:
        if not mended or not _rewrite(item.script, seen):
            return verdict
    except UsageError as error:
        fault = Fault(f"it could not be updated: {error}", str(item.script.path))
        return verdict._replace(faults=(*verdict.faults, fault))
    left = tuple(fault for fault in verdict.faults if fault not in mended)
    return verdict._replace(status="failed" if left else "passed", faults=left, said=None if left else "updated")


def _rewrite(script: Script, seen: Seen) -> bool:
    """Write the blocks; False, and nothing is written, where they would not promise what was seen.

    Raises UsageError where the file cannot be read any more, or not be written.
    """
    source, encoding = reading.decoded(reading.content(script.path))
    if source != script.source:
        return False  # changed while it ran
    text = rewritten(source, seen, Paper(encoding, str(script.path)))
    if [*stream_faults(script._replace(source=text), seen)]:
        return False
    replace_content(script.path, text.encode(encoding))
    return True
