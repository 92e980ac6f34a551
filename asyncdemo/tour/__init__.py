"""The tour: stops that are shown one after the other, what each key leads to, and what a person has got right. Pure.

`stop` makes stops of scenarios and scripts, `state` says where a person is, `keys` where a key leads, `events` what a
run changes, `progress` what is kept.
"""
