"""How the lanes of a timeline look: what each state is drawn as, and what stands beside that in the legend.

Nothing is told by colour alone: a state has its word in the bar where there is room, what blocks is taller than the
rest, what cannot run has a dashed edge, and the legend names all that is there.
"""

from asyncdemo.lanes.bars import STATES
from asyncdemo.spans import BLOCKED, READY, RUNNING, WAITING
from asyncdemo.views.svg.drawing import STYLE

CHARACTER = 8.4  # pixels that a character of the words on lanes takes: 0.6 of their size, in all fonts of that kind
KINDS = {RUNNING: "running", READY: "ready", WAITING: "waiting", BLOCKED: "blocked"}
LEGEND = [(KINDS[state], STATES[state][0]) for state in (WAITING, RUNNING, READY, BLOCKED)] + [("step", "a short step")]

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
      :root .on-running, :root .on-blocked { fill: #ffffff; }
      :root .grid { stroke: #33363d; }
      :root .moment { stroke: #9a9a9a; }
      :root .trouble { fill: #ff8a80; }
"""


def timeline_style() -> str:
    """Give the style of a timeline: that of all pictures, and what only lanes have."""
    light, dark = STYLE.split("    @media", 1)
    dark, end = dark.split("    }\n  </style>", 1)
    return f"{light}{_LIGHT}    @media{dark}{_DARK}    }}\n  </style>{end}"
