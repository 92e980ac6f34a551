"""The parts that pictures are made of."""

import unicodedata

from asyncdemo.views.harmless import harmless

WIDTH = 1000  # pixels

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

_MEANT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def opening(title: str, height: int, style: str = STYLE) -> str:
    """Give the beginning of a picture of that height (pixels); the title is for those who cannot see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img">\n  <title>{escaped(title)}</title>\n{style}'
        f"{path(f'M0 0 H{WIDTH} V{height} H0 Z', 'ground')}"
    )


def text(x: float, y: float, said: str, *, kind: str = "", anchor: str = "start") -> str:
    """Give a line of text whose foot is at `y`."""
    look = f' class="{kind}"' if kind else ""
    side = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'  <text x="{x:.1f}" y="{y:.1f}"{look}{side}>{escaped(said)}</text>\n'


def bar(x: float, y: float, width: float, height: float) -> str:
    """Give a bar."""
    return f'  <rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{max(1.0, width):.1f}" height="{height:.1f}"/>\n'


def path(steps: str, kind: str) -> str:
    """Give a line."""
    return f'  <path class="{kind}" d="{steps}"/>\n'


def cut(said: str, most: int) -> str:
    """Give text that is so many characters wide at most; a picture cannot measure them."""
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
    """Give foreign text that stands for itself in XML."""
    return "".join(_MEANT.get(character, character) for character in harmless(said))
