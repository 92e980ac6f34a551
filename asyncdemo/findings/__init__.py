"""What is wrong in a run, and on which line: pure functions of recordings.

Observed, not guessed: each rule has its evidence in the timeline or in what Python itself said on stderr. The source
only tells where a line is, how to say it, and when to keep silent.
"""

from asyncdemo.findings.rules import RULES, SAID, THRESHOLDS, find, judged, thresholds_from
from asyncdemo.model.recording import Finding, finding_json

__all__ = ["RULES", "SAID", "THRESHOLDS", "Finding", "find", "finding_json", "judged", "thresholds_from"]
