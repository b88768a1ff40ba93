"""Pictures as SVG within a page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

# Text stays text: it is searched, read aloud and copied. DejaVu is wider than what browsers have in its place.
_STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "dmoe", "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "Helvetica"], "font.size": 10, "figure.facecolor": "none",
    "axes.unicode_minus": True,
}
# Of a picture, in inches: it stands in one of two columns, and letters should have one size in all.
_WIDTH, _HEIGHT, _FLATTENED = 5.0, 10.0, 0.88


@dataclass(frozen=True)
class Figure:
    """A picture of the report.

    Attributes
    ----------
    name : str
        An identifier, unique in the page.
    title, alternative : str
        The caption, and what a person who does not see it has to know.
    svg : str
    """

    name: str
    title: str
    alternative: str
    svg: str


def drawn(name: str, title: str, draw: Callable[[Any], Any], alternative: Callable[[Any], str]) -> Figure:
    """Draw a display and say what it shows.

    Parameters
    ----------
    draw : function of axes
        Makes the display.
    alternative : function of the display
    """
    import matplotlib
    from matplotlib.figure import Figure as Canvas

    with matplotlib.rc_context(_STYLE):
        canvas = Canvas(layout="constrained")
        display = draw(canvas.subplots())
        # A display knows its size when it has its numbers; the layout is made as it is written.
        width, height = display.size
        canvas.set_size_inches(min(width, _WIDTH), min(_FLATTENED * height, _HEIGHT))
        text = io.StringIO()
        canvas.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}, dpi=110)
    said = alternative(display)
    return Figure(name, title, said, _within_page(text.getvalue(), name, title, said))


def _within_page(svg: str, name: str, title: str, alternative: str) -> str:
    """Without what a file of its own has, and with identifiers that are unique in the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'((?:xlink:)?href="#|url\(#)', rf"\g<1>{name}-", svg)
    opening, rest = svg.split(">", 1)
    opening = re.sub(r' (?:width|height)="[^"]*"', "", opening)
    width = re.search(r'viewBox="0 0 ([\d.]+)', opening)
    style = f' style="max-width: {float(width.group(1)) * 4 / 3:.0f}px"' if width else ""
    label = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(alternative)}</desc>'
    return f'{opening} role="img" aria-labelledby="{name}-title {name}-desc"{style}>{label}{rest}'.strip()
