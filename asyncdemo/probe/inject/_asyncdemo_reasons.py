"""Says why something of the probe was given up: lines of text in the shared memory, where the tool asks for them.

It asks where ASYNCDEMO_DEBUG is set, by a word of the header. Nothing of the script's is called for it: of an error
its class, its own words where they are plain text, and the line of ours are told.
"""

import sys

import _asyncdemo_layout as layout

_name_of = type.__dict__["__name__"].__get__  # of a class, whatever that says itself


def say(words, part, why=None):
    """Store why a part is given up: a text, an error, or else what is being dealt with, or where that is said."""
    try:
        if not words[layout.DEBUG]:
            return
        if why is None:
            why = sys.exc_info()[1]
        why = why if type(why) is str else _of_error(why) or _place(sys._getframe(2))
        line = "%s: %s" % (part, why.replace("\n", " "))
        start, room = words[layout.WHY_SIZE], layout.WHY * 8
        data = (line + "\n").encode("utf-8", "backslashreplace")[: room - start]
        with words.cast("B") as all_bytes:
            at = layout.WHY_AT * 8 + start
            all_bytes[at : at + len(data)] = data
        words[layout.WHY_SIZE] = start + len(data)
    except Exception:
        pass  # then nobody gets to know


def _of_error(error):
    """The class, words and place of an error; None where it is not of our making."""
    traceback = None if error is None else error.__traceback__
    where = None
    while traceback is not None:
        if _is_ours(traceback.tb_frame):
            where = "%s:%d" % (_file(traceback.tb_frame), traceback.tb_lineno)
        traceback = traceback.tb_next
    if where is None:
        return None
    words = [each for each in error.args if type(each) is str]
    return "%s in %s" % (": ".join([_name_of(type(error)), *words]), where)


def _place(frame):
    """Where in our files a frame is."""
    while frame.f_back is not None and not _is_ours(frame):
        frame = frame.f_back
    return "%s in %s:%d" % (frame.f_code.co_name, _file(frame), frame.f_lineno or 0)


def _is_ours(frame):
    return "_asyncdemo_" in frame.f_code.co_filename


def _file(frame):
    return "_asyncdemo_" + frame.f_code.co_filename.rpartition("_asyncdemo_")[2]
