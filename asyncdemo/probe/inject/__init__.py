"""The folder that goes on the child's PYTHONPATH."""
