"""`check --update`: the blocks of scripts that ended as they should, written anew."""

from asyncdemo.catalogue import script_source
from asyncdemo.catalogue.scenario import Script
from asyncdemo.cli.checking import Checked, Item
from asyncdemo.cli.interpreters import Interpreter
from asyncdemo.cli.saving import replace_content
from asyncdemo.errors import UsageError
from asyncdemo.expectations.block_update import FileFormat, rewritten
from asyncdemo.expectations.check_result import CheckResult, Mismatch
from asyncdemo.expectations.choices import Observed
from asyncdemo.expectations.run_checks import best_observed, stream_mismatches
from asyncdemo.model.recording import Outcome, Run


def updated(checked: Checked, python: Interpreter) -> Checked:
    """Rewrite what can be, and give the results as they are then."""
    return checked._replace(results=tuple((_updated(*each, python), *each[1:]) for each in checked.results))


def _updated(result: CheckResult, item: Item | None, run: Run | None, python: Interpreter) -> CheckResult:
    if item is None or run is None or run.outcome != Outcome("exited", code=item.script.exit) or run.output_dropped:
        return result
    observed = best_observed(item.script, run, python.version)
    mended = set(stream_mismatches(item.script, observed))
    try:
        if not mended or not _rewrite(item.script, observed):
            return result
    except UsageError as error:
        mismatch = Mismatch(f"it could not be updated: {error}", str(item.script.path))
        return result._replace(mismatches=(*result.mismatches, mismatch))
    left = tuple(mismatch for mismatch in result.mismatches if mismatch not in mended)
    return result._replace(status="failed" if left else "passed", mismatches=left, said=None if left else "updated")


def _rewrite(script: Script, observed: Observed) -> bool:
    """Write the blocks; False, and nothing is written, where they would not promise what was seen.

    Raises UsageError where the file cannot be read any more, or not be written.
    """
    source, encoding = script_source.decoded(script_source.content(script.path))
    if source != script.source:
        return False  # changed while it ran
    text = rewritten(source, observed, FileFormat(encoding, str(script.path)))
    if [*stream_mismatches(script._replace(source=text), observed)]:
        return False
    replace_content(script.path, text.encode(encoding))
    return True
