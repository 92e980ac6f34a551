"""The moments of a recording: the turns that event loops take, step by step, forwards and backwards. Pure."""

from asyncdemo.moments.moment import Moment, Standing, to_json
from asyncdemo.moments.sequence import Moments, moments

__all__ = ["Moment", "Moments", "Standing", "moments", "to_json"]
