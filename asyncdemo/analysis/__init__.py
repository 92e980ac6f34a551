"""What a trace tells, computed from it: pure functions."""
