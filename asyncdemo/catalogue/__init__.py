"""What can be run: the scenarios in their folders, and what a person may call them.

Everything here reads text and never executes or imports it. It knows nothing of running, terminals or the
command line. From the bottom up: `names`; `script_source` (a script's text and metadata), `availability`, `scenario`
(the values, and `list --json`); `course` (all folders in order), `targets` (the one resolver); `staging` (`--set`, and
the copy that runs) and `new_scenario` (what `new` writes).
"""
