"""Pictures for a page that needs no program and no network: SVG, drawn with the page's own colours (its CSS)."""

import datetime
from collections import Counter
from collections.abc import Sequence
from html import escape

from scaffold.core.classroom.reports.progress import Passed, Standing

CELL, GAP, LABEL = 26, 3, 150
WIDTH, HEIGHT, EDGE = 640, 160, 28


def heat(standings: Sequence[Standing]) -> str:
    """A square for every student and exercise, the darker the more of its tests pass; empty before a grading."""
    titles = next(([part.title for part in one.parts] for one in standings if one.parts), [])
    if not titles:
        return ""
    head = 8 + 6 * min(24, max(map(len, titles)))
    height = head + (CELL + GAP) * len(standings)
    parts = []
    for column, title in enumerate(titles):
        x = LABEL + column * (CELL + GAP) + CELL / 2
        parts.append(f'<text transform="translate({x},{head - 8}) rotate(-55)">{_short(title, 24)}</text>')
    for row, one in enumerate(standings):
        y = head + row * (CELL + GAP)
        parts.append(f'<text x="{LABEL - 8}" y="{y + 17}" text-anchor="end">{_short(one.id, 20)}</text>')
        shares = {part.title: part.share for part in one.parts}
        for column, title in enumerate(titles):
            share = shares.get(title)
            parts.append(_square(LABEL + column * (CELL + GAP), y, share, f"{one.id}, {title}"))
    width = LABEL + len(titles) * (CELL + GAP) + 110
    return _svg(width, height, "Share of tests that pass, by student and exercise", parts)


def _square(x: int, y: int, share: float | None, about: str) -> str:
    said = "not graded" if share is None else f"{100 * share:.0f} %"
    box = f'x="{x}" y="{y}" width="{CELL}" height="{CELL}" rx="4"'
    title = f"<title>{escape(about)}: {said}</title>"
    if share is None:
        return f'<rect class="none" {box}>{title}</rect>'
    text = "" if share in (0, 1) else f'<text class="in" x="{x + CELL / 2}" y="{y + 17}">{100 * share:.0f}</text>'
    return f'<g><rect class="empty" {box}/><rect class="full" {box} opacity="{share:.2f}"/>{title}{text}</g>'


def activity(standings: Sequence[Standing], due: datetime.datetime | None) -> str:
    """A bar for every day: how many committed on it; empty when nobody did."""
    days = Counter(day for one in standings for day in {when.date() for when in one.commits})
    if not days:
        return ""
    first, last = min(days), max([*days, *([due.date()] if due else [])])
    span = min((last - first).days + 1, 120)
    wide = (WIDTH - 2 * EDGE) / span
    parts = [_axis(max(days.values()))]
    for day, count in sorted(days.items()):
        at = (day - first).days
        if at < span:
            tall = (HEIGHT - 2 * EDGE) * count / max(days.values())
            box = f'x="{EDGE + at * wide:.1f}" y="{HEIGHT - EDGE - tall:.1f}" width="{max(1.0, wide - 2):.1f}"'
            title = f"<title>{day}: {count}</title>"
            parts.append(f'<rect class="full" {box} height="{tall:.1f}" rx="2">{title}</rect>')
    parts += _dates(first, first + datetime.timedelta(days=span - 1))
    if due and first <= due.date() <= last:
        x = EDGE + ((due.date() - first).days + 1) * wide
        parts.append(f'<line class="due" x1="{x:.1f}" x2="{x:.1f}" y1="{EDGE - 12}" y2="{HEIGHT - EDGE}"/>')
        parts.append(f'<text x="{x - 4:.1f}" y="{EDGE - 4}" text-anchor="end">due</text>')
    return _svg(WIDTH, HEIGHT, "Students who committed, by day", parts)


def growth(standings: Sequence[Standing]) -> str:
    """A line for every student: tests that pass over time; empty before there are two submissions of somebody's."""
    lines = [one for one in standings if len(one.history) > 1]
    if not lines:
        return ""
    times = [each.when for one in standings for each in one.history]
    first, last = min(times), max(times)
    most = max(each.tests for one in lines for each in one.history)
    span = max((last - first).total_seconds(), 1.0)

    def point(each: Passed) -> str:
        x = EDGE + (WIDTH - 2 * EDGE) * (each.when - first).total_seconds() / span
        y = HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * each.passed / most
        return f"{x:.1f},{y:.1f}"

    parts = [_axis(most)]
    for one in lines:
        kind = "line stuck" if one.stuck else "line"
        path = " ".join(point(each) for each in one.history)
        parts.append(f'<polyline class="{kind}" points="{path}"><title>{escape(one.id)}</title></polyline>')
    return _svg(WIDTH, HEIGHT, "Tests that pass over time, a line each", [*parts, *_dates(first.date(), last.date())])


def _axis(most: int) -> str:
    top, foot = EDGE, HEIGHT - EDGE
    line = f'<line class="axis" x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{foot}" y2="{foot}"/>'
    return f'{line}<text x="{EDGE - 6}" y="{top + 4}" text-anchor="end">{most}</text>'


def _dates(first: datetime.date, last: datetime.date) -> list[str]:
    y = HEIGHT - EDGE + 16
    ends = [f'<text x="{EDGE}" y="{y}">{first}</text>']
    return [*ends, f'<text x="{WIDTH - EDGE}" y="{y}" text-anchor="end">{last}</text>'] if last > first else ends


def _svg(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    box = f'viewBox="0 0 {width} {height}" style="max-width: {width}px"'
    return f'<svg {box} role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'


def _short(text: str, most: int) -> str:
    return escape(text if len(text) <= most else f"{text[: most - 1]}…")
