"""The forms of what Python prints about coroutines, tasks and loops, as 3.8 to 3.15 print it."""

import re

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
GROUP = re.compile(r"^ *[|+] ?")  # before each line of an exception group
AWAITED = re.compile(
    r"(?:(?P<path>[^:\s][^:]*):(?P<line>\d+): )?RuntimeWarning: "
    r"coroutine (?:method '(?P<method>\w+)' of )?'(?P<name>.+)' was never awaited$"
)
WARNING = re.compile(r", in _warn_unawaited_coroutine$")
RETRIEVED = re.compile(r"(?:^|\W)(?:\w+ exception was never retrieved|Unhandled exception in client_connected_cb)$")
DESTROYED = re.compile(r"(?:^|\W)Task was destroyed but it is pending!$")
CLOSING = re.compile(
    r"an error occurred during closing of asynchronous generator <async_generator object (?P<name>\S+)"
)
IGNORED = re.compile(r"Exception ignored in: <async_generator object (?P<name>\S+)")
OBJECT = re.compile(r"^(?:future|task|transport|asyncgen): <")
CORO = re.compile(
    r"coro=<(?P<name>[^<>()]\S*|<.*?>)\(\)(?:[ \w]*,)?(?: running at| defined at)?(?: (?P<path>.+?):(?P<line>\d+))?>"
)
TASK = re.compile(r"^(?:future|task): <\w+ \w+ name='(?P<name>[^']*)'")
CREATED = re.compile(r"(?:Object (?:created|allocated)|Coroutine created) at \(most recent call last\):?$")
TRACEBACK = re.compile(r"(?:^|\s)Traceback \(most recent call last\):$")
FRAME = re.compile(r'^ *File "(?P<path>.+)", line(?:no)? (?P<line>\d+)(?:, in (?P<function>.+))?$')
CHAINED = re.compile(r"^(?:During handling of the above|The above) exception")
