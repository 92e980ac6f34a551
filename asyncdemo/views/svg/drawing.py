"""The parts that pictures are made of, and how they look.

Nothing is told by colour alone: a state has its word in the bar where there is room, what blocks is taller than the
rest, what cannot run has a dashed edge, and the legend names all that is there.
"""

import unicodedata
from html import escape

from asyncdemo.analysis.lane_drawing import STATES
from asyncdemo.model.spans import BLOCKED, READY, RUNNING, WAITING
from asyncdemo.views.foreign_text import harmless

WIDTH = 1000  # pixels
EDGE = 20  # pixels left and right of everything

# Colours for light ground and for dark; nothing is told by colour alone. LibreOffice takes no notice of the condition
# of @media, nor of rules that begin with :root; and of `font` it reads no more than its parts.
STYLE = """\
  <style>
    .ground { fill: #ffffff; }
    text { font-size: 20px; font-family: system-ui, "DejaVu Sans", Verdana, sans-serif; fill: #1a1a1a; }
    .title { font-size: 26px; font-weight: bold; }
    .name { font-weight: bold; }
    .small { font-size: 17px; fill: #555555; }
    .bar { fill: #7fb2d9; }
    .mark { stroke: #1a1a1a; stroke-width: 3; fill: none; }
    .axis { stroke: #888888; stroke-width: 2; fill: none; }
    @media (prefers-color-scheme: dark) {
      :root .ground { fill: #16181d; }
      :root text { fill: #f0f0f0; }
      :root .small { fill: #b5b5b5; }
      :root .bar { fill: #2f6c9c; }
      :root .mark { stroke: #f0f0f0; }
    }
  </style>
"""


def opening(title: str, height: int, style: str = STYLE) -> str:
    """The beginning of a picture of that height (pixels); the title is for those who cannot see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img">\n  <title>{escaped(title)}</title>\n{style}'
        f"{path(f'M0 0 H{WIDTH} V{height} H0 Z', 'ground')}"
    )


def text(x: float, y: float, said: str, *, kind: str = "", anchor: str = "start") -> str:
    """A line of text whose foot is at `y`."""
    look = f' class="{kind}"' if kind else ""
    side = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'  <text x="{x:.1f}" y="{y:.1f}"{look}{side}>{escaped(said)}</text>\n'


def bar(x: float, y: float, width: float, height: float) -> str:
    """A bar."""
    return f'  <rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{max(1.0, width):.1f}" height="{height:.1f}"/>\n'


def path(steps: str, kind: str) -> str:
    """A line."""
    return f'  <path class="{kind}" d="{steps}"/>\n'


def cut(said: str, most: int) -> str:
    """The text in so many characters at most; a picture cannot measure them."""
    if measure(said) <= most:
        return said
    said = said[:most]
    while measure(said) >= most:
        said = said[:-1]
    return f"{said}…"


def measure(said: str) -> int:
    """How many characters a text is wide, those of East Asia counted twice."""
    return sum(1 + (unicodedata.east_asian_width(each) in "WF") for each in harmless(said))


def escaped(said: str) -> str:
    """Foreign text that stands for itself in XML."""
    return escape(harmless(said), quote=False).replace('"', "&quot;")


CHARACTER = 8.4  # pixels that a character of the words on lanes takes: 0.6 of their size, in all fonts of that kind
KINDS = {RUNNING: "running", READY: "ready", WAITING: "waiting", BLOCKED: "blocked"}
LEGEND = [(KINDS[state], STATES[state][0]) for state in (WAITING, RUNNING, READY, BLOCKED)] + [
    ("step", "a short step"),
    ("critical", "critical path"),
]

_LIGHT = """\
    .word, .said, .end, .number { font-size: 14px; font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; }
    .lane { font-size: 16px; font-weight: bold; }
    .word { text-anchor: middle; }
    .number, .end { fill: #555555; }
    .running { fill: #2f9e5f; }
    .ready { fill: #fdebc3; stroke: #b07a00; stroke-width: 1.5; stroke-dasharray: 4 3; }
    .waiting { fill: #d6e7f5; }
    .blocked { fill: #c8302b; }
    .script { fill: #d9d9d9; }
    .step { fill: #1a1a1a; }
    .critical { fill: #8a1d9e; }
    .on-running, .on-blocked { fill: #ffffff; font-weight: bold; }
    .grid { stroke: #e3e3e3; stroke-width: 1; fill: none; }
    .moment { stroke: #888888; stroke-width: 1.5; fill: none; }
    .trouble { fill: #b3261e; font-weight: bold; }
"""
_DARK = """\
      :root .number, :root .end { fill: #b5b5b5; }
      :root .ready { fill: #4a3a12; stroke: #e0b04a; }
      :root .waiting { fill: #23405a; }
      :root .script { fill: #4a4d55; }
      :root .step { fill: #f0f0f0; }
      :root .critical { fill: #e08cf0; }
      :root .on-running, :root .on-blocked { fill: #ffffff; }
      :root .grid { stroke: #33363d; }
      :root .moment { stroke: #9a9a9a; }
      :root .trouble { fill: #ff8a80; }
"""


def timeline_style() -> str:
    """The style of a timeline: that of all pictures, and what only lanes have."""
    light, dark = STYLE.split("    @media", 1)
    dark, end = dark.split("    }\n  </style>", 1)
    return f"{light}{_LIGHT}    @media{dark}{_DARK}    }}\n  </style>{end}"
