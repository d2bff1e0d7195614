"""Pure. A picture of how often forecasts held: SVG without any script, for light and dark, with a text for those who do not see it."""

from collections.abc import Iterable, Sequence

from syncd.schedule.backtest import SHARES, Calibration

_LEFT, _WIDTH, _ROW, _TOP = 260, 480, 54, 60
_NAMES = ("P50", "P85", "P95")
_STYLE = (
    "svg{background:#fff;color:#1f2328;font:13px sans-serif}text{fill:currentColor}.bar{fill:#0969da}.bar.low{fill:#cf222e}"
    ".aim{stroke:currentColor;stroke-width:2}.rail{fill:#d0d7de}"
    "@media(prefers-color-scheme:dark){svg{background:#0d1117;color:#e6edf3}.bar{fill:#4493f8}.bar.low{fill:#f85149}.rail{fill:#30363d}}"
)


def picture(found: Sequence[Calibration]) -> str:
    """One row for each line of the table: three bars, each with a stroke where it should end."""
    height = _TOP + _ROW * max(len(found), 1) + 20
    rows = "".join(_row(one, _TOP + _ROW * place) for place, one in enumerate(found))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 140} {height}" role="img" aria-labelledby="t d">'
        f'<title id="t">How often forecasts held</title><desc id="d">{_escaped(_told(found))}</desc><style>{_STYLE}</style>'
        f'<text x="12" y="26" font-size="16">How often forecasts held: bars, against what they promise: strokes</text>{rows}</svg>\n'
    )


def label(one: Calibration) -> str:
    """What a line is about."""
    what = " ".join(part for part in (one.team, one.type) if part) or "all"
    return f"{what}: {one.count} of {one.refs} {one.kind}s"


def _row(one: Calibration, top: int) -> str:
    parts = [f'<text x="12" y="{top + 22}">{_escaped(_short(label(one)))}</text>']
    for place, (held, share) in enumerate(zip(one.held, SHARES, strict=True)):
        y = top + 14 * place
        low = " low" if one.reading == "too hopeful" and held < share else ""
        parts.append(
            f'<rect class="rail" x="{_LEFT}" y="{y}" width="{_WIDTH}" height="10"/>'
            f'<rect class="bar{low}" x="{_LEFT}" y="{y}" width="{held * _WIDTH:.1f}" height="10"/>'
            f'<line class="aim" x1="{_LEFT + share * _WIDTH:.1f}" x2="{_LEFT + share * _WIDTH:.1f}" y1="{y - 1}" y2="{y + 11}"/>'
            f'<text x="{_LEFT + _WIDTH + 8}" y="{y + 10}">{_NAMES[place]} held in {held:.0%}</text>'
        )
    return "".join(parts)


def _told(found: Iterable[Calibration]) -> str:
    lines = (
        f"{label(one)}: {', '.join(f'{name} held in {held:.0%}' for name, held in zip(_NAMES, one.held, strict=True))} ({one.reading})"
        for one in found
    )
    return "; ".join(lines) or "nothing can be judged yet"


def _short(text: str) -> str:
    return text if len(text) <= 38 else text[:37] + "…"


def _escaped(text: str) -> str:
    """Text for XML: no markup, and none of the characters that XML cannot hold."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
