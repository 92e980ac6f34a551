"""Comparing honestly: who is how many times as fast, with an interval. Pure functions of recordings."""

from asyncdemo.comparison.interval import FEWEST, speed_up
from asyncdemo.comparison.result import Comparison, Contestant, Runs, SpeedUp, Stopped

__all__ = ["FEWEST", "Comparison", "Contestant", "Runs", "SpeedUp", "Stopped", "speed_up"]
