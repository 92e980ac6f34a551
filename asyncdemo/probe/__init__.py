"""What runs inside the watched interpreter, and the layout of the memory through which it reports.

`inject/` is the one folder that is put on the child's PYTHONPATH. Its files are read by any CPython from 3.8 on, so
they are written for the oldest, use the standard library only, and import as little of it as they can.
"""
