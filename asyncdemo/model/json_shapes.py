"""What is read from a file is checked here for its shape, so that whatever stands there is refused in one sentence.

A value fits a type as an annotation has it: JSON's numbers, strings, booleans and null, `X | None`, literals, tuples
(made of JSON's lists beforehand) and mappings. A whole number of over 64 bits fits none. All others are times in
seconds: they are finite, and no longer than three years, in which a clock still tells microseconds apart.
"""

import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Fits = Callable[[Any], bool]
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1
_YEARS = 1e8  # seconds
_LONG = 40  # characters of a value that are shown


class WrongShapeError(ValueError):
    """Something in a document is not what it has to be; the message says what, without a subject before it."""


def as_mapping(value: Any, name: str) -> Mapping[str, Any]:
    """Give the value if it is an object; raises WrongShapeError."""
    return _as(dict, value, name, "no object")


def as_list(value: Any, name: str) -> list[Any]:
    """Give the value if it is an array; raises WrongShapeError."""
    return _as(list, value, name, "no array")


def as_type(hint: Any, value: Any, name: str) -> Any:
    """Give the value if it fits the type; raises WrongShapeError."""
    if not _fits(hint)(value):
        raise WrongShapeError(f"{name} is {_shown(value)}")
    return value


def as_numbers(value: Any, name: str) -> list[int]:
    """Give the value if it is an array of whole numbers, however long; raises WrongShapeError."""
    numbers = as_list(value, name)
    if not set(map(type, numbers)) <= {int} or (numbers and not (min(numbers) >= _LEAST and max(numbers) <= _MOST)):
        raise WrongShapeError(f"{name} has something else than whole numbers")
    return numbers


def as_named(kind: type[T], document: Mapping[str, Any]) -> T:
    """Make a named tuple of those fields that it has: a newer tool may have written more. Raises WrongShapeError."""
    given = {}
    for field, fits, is_optional in _fields(kind):  # type: ignore[arg-type]  # classes are hashable
        if field in document:
            value = given[field] = document[field]
            if not fits(value):
                raise WrongShapeError(f"{kind.__name__.lower()}.{field} is {_shown(value)}")
        elif not is_optional:
            raise WrongShapeError(f"{kind.__name__.lower()}.{field} is missing")
    return kind(**given)


def as_made(hint: Any, value: Any, name: str) -> Any:
    """A value of the type, which may have named tuples and tuples within; raises WrongShapeError.

    Made of what `as_plain` has made of it: fields that have a default may be missing, and others are passed over.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None and type(None) in arguments else as_made(arguments[0], value, name)
    if origin is tuple:
        items = as_list(value, name)
        hints = [arguments[0]] * len(items) if arguments[-1] is Ellipsis else arguments
        if len(hints) != len(items):
            raise WrongShapeError(f"{name} has {len(items)} items, and not {len(hints)}")
        return tuple(as_made(each, item, name) for each, item in zip(hints, items, strict=True))
    if not hasattr(hint, "_fields"):
        return as_type(hint, value, name)
    document = as_mapping(value, name)
    made = {}
    for field, inner in get_type_hints(hint).items():
        if field in document:
            made[field] = as_made(inner, document[field], f"{name}.{field}")
        elif field not in hint._field_defaults:
            raise WrongShapeError(f"{name}.{field} is missing")
    return hint(**made)


def as_plain(value: Any) -> Any:
    """What JSON can say of a value that has named tuples and tuples within: objects and arrays."""
    if hasattr(value, "_asdict"):
        return {field: as_plain(each) for field, each in value._asdict().items()}
    return [as_plain(each) for each in value] if isinstance(value, tuple) else value


def _as(kind: type[T], value: Any, name: str, wanted: str) -> T:
    if not isinstance(value, kind):
        raise WrongShapeError(f"{name} is {wanted}, but {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}..."


@cache
def _fields(kind: Any) -> tuple[tuple[str, Fits, bool], ...]:
    """The fields of a named tuple: name, what fits, and whether it may be left out."""
    return tuple((name, _fits(hint), name in kind._field_defaults) for name, hint in get_type_hints(kind).items())


@cache
def _fits(hint: Any) -> Fits:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return lambda _: True
    if hint is float:
        return lambda value: type(value) in (int, float) and -_YEARS <= value <= _YEARS
    if hint is int:
        return lambda value: type(value) is int and _LEAST <= value <= _MOST
    if origin is Literal:
        return lambda value: type(value) is str and value in arguments
    if origin in (Union, types.UnionType):
        either = [_fits(each) for each in arguments]
        return lambda value: any(fits(value) for fits in either)
    if origin is tuple:
        return _fits_tuple(arguments)
    kind = dict if origin is Mapping else hint
    return lambda value: type(value) is kind


def _fits_tuple(arguments: tuple[Any, ...]) -> Fits:
    if arguments[-1] is Ellipsis:
        item = _fits(arguments[0])
        return lambda value: type(value) is tuple and all(map(item, value))
    items = [_fits(each) for each in arguments]

    return lambda value: (
        type(value) is tuple
        and len(value) == len(items)
        and all(fits(each) for fits, each in zip(items, value, strict=True))
    )
