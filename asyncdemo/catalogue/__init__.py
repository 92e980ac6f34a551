"""What can be run: the scenarios in their folders, and what a person may call them.

Everything here reads text and never executes or imports it. It knows nothing of running, terminals or the
command line. From the bottom up: `wording`, `naming` and `problem`; `availability`, `scenario` (the values);
`syntax`, `metadata` and `reading` (a file's text becomes a `Script`); `shelf` (one folder) and `course` (all
folders in order); on top `targets` (the one resolver), `parameters` (`--set`) and `listing` (`list --json`).
"""
