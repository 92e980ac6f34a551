"""Lets the probe into an interpreter that a person could have started just so, then leaves no trace of the way in.

Python imports a module of this name at start-up. This one takes itself off the path and out of the environment,
starts the probe, and at last imports the sitecustomize that it stood in front of, if there is one. It must be read by
any Python at all, also one that is too old to be watched. It imports inside of functions only: elsewhere an import may
be lazy since 3.15, which would put it off and list its name in `sys.lazy_modules`.
"""


def _attach():
    import os
    import sys

    here = os.path.dirname(os.path.abspath(__file__))
    memory = os.environ.pop("ASYNCDEMO_MEMORY", None)
    before = os.environ.pop("ASYNCDEMO_PYTHONPATH", None)
    children = os.environ.pop("ASYNCDEMO_CHILDREN", None)
    if before is None:
        os.environ.pop("PYTHONPATH", None)
    else:
        os.environ["PYTHONPATH"] = before
    known = set(sys.modules)
    path = [entry for entry in sys.path if entry != here]
    # What we need comes from the standard library, also where the person has a module of the same name.
    theirs = {os.path.abspath(entry) for entry in (before or "").split(os.pathsep)}
    sys.path[:] = [entry for entry in sys.path if entry not in theirs]
    lazily = sys.get_lazy_imports() if hasattr(sys, "get_lazy_imports") else None
    try:
        if lazily is not None:
            sys.set_lazy_imports("normal")  # else our modules would be loaded when we are off the path again
        if sys.version_info >= (3, 8) and sys.implementation.name == "cpython":
            if memory is not None:
                import _asyncdemo_probe

                _asyncdemo_probe.attach(memory, children)
            elif children is not None:
                import _asyncdemo_probe

                _asyncdemo_probe.attach_child(children)
    except Exception:
        pass  # instruments may fail, never interfere: the run goes on unobserved, and the tool sees that it is
    if lazily is not None:
        sys.set_lazy_imports(lazily)
    # A module that the script imports for itself later must be as new as it would have been. Before 3.10 the exit
    # handlers were kept in the module object atexit: that one stays.
    for name in set(sys.modules) - known:
        if name != "atexit" or sys.version_info >= (3, 10):
            del sys.modules[name]
    sys.path[:] = path
    sys.path_importer_cache.pop(here, None)
    del sys.modules["sitecustomize"]
    if children is not None and hasattr(os, "putenv"):
        # For the programs that this one starts, and not for os.environ, which the script reads.
        os.putenv("ASYNCDEMO_CHILDREN", children)
        os.putenv("PYTHONPATH", here + os.pathsep + before if before else here)
        if before is not None:
            os.putenv("ASYNCDEMO_PYTHONPATH", before)


_attach()

# Last, and with its ImportError let out: site.py takes that for "there is none", as it would have without us. It is
# not the statement, which may be lazy.
__import__("sitecustomize")
