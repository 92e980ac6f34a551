"""The whole screen of a terminal, and the keys that are pressed on it, for commands that a person steps through.

What is shown comes as rows that are harmless already. The terminal is left as it was found, whatever happens.
"""
