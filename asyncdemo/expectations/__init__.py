"""What a scenario promises about its run, and whether a run keeps it. Pure: nothing is read, written or started here.

From the bottom up: `fault` (the values); `blocks` (the text at the end of a script), `lines` (one line with its
placeholders), `matching` (all lines of a stream), `seen` (of a run), `choices`, `times`; `alignment`, and on it
`difference` (for a person to read) and `rewriting` (for `check --update`); `fitness` (what can be told without a run)
and `keeping` (what needs one), `shown` (the same for a block of a document); `verdict`.
"""
