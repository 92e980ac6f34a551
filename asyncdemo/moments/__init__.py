"""The moments of a recording: the turns that event loops take, step by step, forwards and backwards. Pure."""

from asyncdemo.moments.moment import Moment, Standing, to_json
from asyncdemo.moments.sequence import Moments, moments
from asyncdemo.moments.turns import SHORTEST

__all__ = ["SHORTEST", "Moment", "Moments", "Standing", "moments", "to_json"]
