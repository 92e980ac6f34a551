"""Runs one target in its own interpreter and observes it. The only package that starts processes or uses anyio."""
