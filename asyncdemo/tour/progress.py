"""What a learner has seen and got right, and how that stands in a file."""

import json
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, get_args

SCHEMA = "asyncdemo.progress/1"
_LONGEST = 60  # characters of another schema that are told

Mark = Literal["seen", "right later", "right at first"]
_RANK: dict[str | None, int] = {None: 0, "seen": 1, "right later": 2, "right at first": 3}


class Course(NamedTuple):
    """How far somebody is in one course: the stop that they were at, and a mark for each question."""

    at: str | None = None
    marks: Mapping[str, Mark] = {}


def marked(course: Course, key: str, *, right: bool) -> Course:
    """Note that a question was answered, or seen: right at first only if nothing had been seen of it before."""
    before = course.marks.get(key)
    mark: Mark = "seen"
    if right:
        mark = "right at first" if before in (None, "right at first") else "right later"
    best = max(mark, before or mark, key=lambda each: _RANK[each])
    return course._replace(marks={**course.marks, key: best})


def merged(course: Course, other: Course) -> Course:
    """Give the course with what is known of it elsewhere: of two marks the better one."""
    marks = {**other.marks}
    for key, mark in course.marks.items():
        marks[key] = max(mark, marks.get(key, mark), key=lambda each: _RANK[each])
    return course._replace(marks=marks)


def overall(course: Course, keys: Iterable[str]) -> Mark | None:
    """Give the mark of a stop with these questions: that of the worst of them; None if it was not seen yet."""
    marks = [course.marks.get(key) for key in keys]
    if any(marks) and None in marks:
        return "seen"
    return min(marks, key=lambda mark: _RANK[mark])


def to_text(courses: Mapping[str, Course]) -> str:
    """Give the content of the file: each course under the path that it comes from, the built-in one under ""."""
    found = {name: {"at": course.at, "stops": dict(course.marks)} for name, course in courses.items()}
    # in ASCII: the path of a folder need not be text that could be encoded otherwise
    return json.dumps({"schema": SCHEMA, "courses": found}, indent=1) + "\n"


def from_text(text: str) -> dict[str, Course]:
    """Read that content. Raises ValueError, with what is wrong, for any other text."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is torn or no JSON") from None
    match table:
        case {"schema": schema, "courses": dict(courses)} if schema == SCHEMA:
            return {str(name): _course(each) for name, each in courses.items()}
        case {"schema": str(schema)} if schema != SCHEMA:
            raise ValueError(f"it has another form: {schema[:_LONGEST]!r}")
    raise ValueError("it is not one of asyncdemo's")


def _course(table: object) -> Course:
    match table:
        case {"at": str() | None as at, "stops": dict(stops)} if all(mark in get_args(Mark) for mark in stops.values()):
            return Course(at, stops)
    raise ValueError("a course in it is not understood")
