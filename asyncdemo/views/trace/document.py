"""The document of Chrome trace events, which Perfetto and chrome://tracing open.

    {"traceEvents": [...], "displayTimeUnit": "ms", "otherData": {"tool": "asyncdemo 0.1.0"}}

Each run is a process. Its first thread, `script`, has start-up, imports and the script's own time as slices, and what
nobody else can be said to have printed. Each task is a thread of its own, with its spans as slices.

    ph  cat       name                   args
    M             process_name           name                       the run's target
    M             thread_name            name                       of a task, as in all views
    M             thread_sort_index      sort_index                 the order in which the tasks came to be
    X   run       start-up               where                      of the script's own time: where its step 0 is
    X   state     running ... blocked    at                         the line, where it is known
    i   output    the first line of it   text, stream, line
    i   finding   the rule               message, advice, severity  at the first span of its tasks at its line
    s   creation  creates                task                       within the creator's span
    f   creation  creates                                           at the first span of what was created; bp "e"

`ts` and `dur` are microseconds with three decimals. The scripts' own first steps stand at one moment, so that runs can
be compared. Source: "Trace Event Format", the description of the format by Google's tracing team.
"""

import json
from collections.abc import Iterator, Sequence

from asyncdemo import __version__
from asyncdemo.recording import Run
from asyncdemo.views.trace.events import events
from asyncdemo.views.trace.lanes import lanes


def document(runs: Sequence[tuple[str, Run]]) -> Iterator[str]:
    """Give the text of the document, event by event; the runs come with their names."""
    yield '{"traceEvents":['
    between, number = "\n", 1
    zero = max((run.seconds.zero or 0.0 for _, run in runs), default=0.0)
    for name, run in runs:
        found = lanes(run, number)
        number += len(found.names)
        for event in events(name, run, found, zero - (run.seconds.zero or 0.0)):
            yield between + event
            between = ",\n"
    yield f'\n],"displayTimeUnit":"ms","otherData":{json.dumps({"tool": f"asyncdemo {__version__}"})}}}\n'
