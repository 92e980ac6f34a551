"""What a scenario or a document says about its run, and whether a run is so. Pure: nothing is read, written or started.

From the bottom up: `output_blocks` (the text at the end of a script), `line_matching` (its placeholders, all lines of a
stream, and what differs), `choices` (of a question), `block_update` (for `check --update`);
`static_checks` (what needs no run), `run_checks` (what does, also of a block of a document); `check_result`.
"""
