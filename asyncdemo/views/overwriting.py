"""What programs write over what they have just written, as a bar of progress does."""


def last_state(line: str) -> str:
    """Give what stands in a row after its carriage returns, if each state is longer than the one before."""
    return line.rstrip("\r").rpartition("\r")[2]
