"""See what your async code does."""

__version__ = "0.1.0"
