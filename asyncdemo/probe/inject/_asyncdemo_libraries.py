"""Whose code is this: the one answer of the probe and the tool, by where a file lies.

A library lies in one of the folders in which its interpreter keeps them, as that says itself, or in a folder of
installed packages of any other environment, or in a zip file. All else is the person's own, also what they have
installed to be edited, and a folder of theirs that is only called like Python's.
"""

import os
import sys

_INSTALLED = "/site-packages/", "/dist-packages/", ".zip/"
_COURSE = "/asyncdemo/scenarios/"  # a scenario is the learner's, wherever it is installed
_PROBE = "/asyncdemo/probe/"


def folders():
    """The folders of this interpreter's libraries, each with a separator at its end; its own library's first.

    No module is loaded for it: site is there, it is at work.
    """
    standard = os.__file__.rpartition(os.sep)[0]
    site = sys.modules.get("site")
    installed = site.getsitepackages() if site is not None else []
    # On Windows the folder of Python, or of the environment, is among them: all of Python lies in that, or a project.
    found = [standard] + [each for each in installed if each not in site.PREFIXES]
    if isinstance(getattr(site, "USER_SITE", None), str):
        found.append(site.USER_SITE)
    return tuple(dict.fromkeys(each.rstrip(os.sep) + os.sep for each in found))


def is_own(path, libraries):
    """True if a file is the person's own."""
    if not path or path.startswith("<"):
        return False
    plain = path.replace("\\", "/")  # as it would be elsewhere than on Windows
    if _PROBE in plain:
        return False
    if _COURSE in plain:
        return True
    return not path.startswith(libraries) and not is_installed(path, libraries)


def is_installed(path, libraries):
    """True if a file is of an installed library: none of those that come with Python."""
    plain = path.replace("\\", "/")
    return path.startswith(libraries[1:]) or any(part in plain for part in _INSTALLED)
