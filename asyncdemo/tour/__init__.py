"""The tour: stops that are shown one after the other, what each key leads to, and what a person has got right. Pure.

`stops` makes stops of scenarios and scripts, `state` says where a person is and what a run changes, `navigation` where
a key leads.
"""
