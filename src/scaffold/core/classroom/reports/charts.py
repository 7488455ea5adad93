"""Charts as SVG for a web page that needs no scripts and no network; colours come from the page's CSS."""

import datetime
from collections import Counter
from collections.abc import Sequence
from html import escape

from scaffold.core.classroom.reports.progress import PassCount, StudentProgress

CELL, GAP, LABEL = 26, 3, 150
WIDTH, HEIGHT, EDGE = 640, 160, 28


def heatmap(students: Sequence[StudentProgress]) -> str:
    """A square per student and exercise, darker the more of its tests pass; empty when nothing was graded."""
    titles = next(([part.title for part in student.parts] for student in students if student.parts), [])
    if not titles:
        return ""
    top = 8 + 6 * min(24, max(map(len, titles)))
    height = top + (CELL + GAP) * len(students)
    elements = []
    for column, title in enumerate(titles):
        x = LABEL + column * (CELL + GAP) + CELL / 2
        elements.append(f'<text transform="translate({x},{top - 8}) rotate(-55)">{_shorten(title, 24)}</text>')
    for row, student in enumerate(students):
        y = top + row * (CELL + GAP)
        elements.append(f'<text x="{LABEL - 8}" y="{y + 17}" text-anchor="end">{_shorten(student.shown, 20)}</text>')
        shares = {part.title: part.share for part in student.parts}
        for column, title in enumerate(titles):
            x = LABEL + column * (CELL + GAP)
            elements.append(_square(x, y, shares.get(title), f"{student.shown}, {title}"))
    width = LABEL + len(titles) * (CELL + GAP) + 110
    return _svg(width, height, "Share of tests that pass, by student and exercise", elements)


def _square(x: int, y: int, share: float | None, label: str) -> str:
    value = "not graded" if share is None else f"{100 * share:.0f} %"
    box = f'x="{x}" y="{y}" width="{CELL}" height="{CELL}" rx="4"'
    title = f"<title>{escape(label)}: {value}</title>"
    if share is None:
        return f'<rect class="none" {box}>{title}</rect>'
    text = "" if share in (0, 1) else f'<text class="in" x="{x + CELL / 2}" y="{y + 17}">{100 * share:.0f}</text>'
    return f'<g><rect class="empty" {box}/><rect class="full" {box} opacity="{share:.2f}"/>{title}{text}</g>'


def activity(students: Sequence[StudentProgress], due: datetime.datetime | None) -> str:
    """A bar per day: how many students committed on it; empty when nobody did."""
    days = Counter(day for student in students for day in {when.date() for when in student.commits})
    if not days:
        return ""
    first, last = min(days), max([*days, *([due.date()] if due else [])])
    span = min((last - first).days + 1, 120)
    bar_width = (WIDTH - 2 * EDGE) / span
    elements = [_axis(max(days.values()))]
    for day, count in sorted(days.items()):
        index = (day - first).days
        if index < span:
            height = (HEIGHT - 2 * EDGE) * count / max(days.values())
            position = f'x="{EDGE + index * bar_width:.1f}" y="{HEIGHT - EDGE - height:.1f}"'
            size = f'width="{max(1.0, bar_width - 2):.1f}" height="{height:.1f}"'
            title = f"<title>{day}: {count}</title>"
            elements.append(f'<rect class="full" {position} {size} rx="2">{title}</rect>')
    elements += _dates(first, first + datetime.timedelta(days=span - 1))
    if due and first <= due.date() <= last:
        x = EDGE + ((due.date() - first).days + 1) * bar_width
        elements.append(f'<line class="due" x1="{x:.1f}" x2="{x:.1f}" y1="{EDGE - 12}" y2="{HEIGHT - EDGE}"/>')
        elements.append(f'<text x="{x - 4:.1f}" y="{EDGE - 4}" text-anchor="end">due</text>')
    return _svg(WIDTH, HEIGHT, "Students who committed, by day", elements)


def progress_chart(students: Sequence[StudentProgress]) -> str:
    """A line per student: tests that pass over time; empty when nobody has two graded submissions."""
    drawn = [student for student in students if len(student.history) > 1]
    if not drawn:
        return ""
    times = [count.when for student in students for count in student.history]
    first, last = min(times), max(times)
    maximum = max(count.tests for student in drawn for count in student.history)
    span = max((last - first).total_seconds(), 1.0)

    def point(count: PassCount) -> str:
        x = EDGE + (WIDTH - 2 * EDGE) * (count.when - first).total_seconds() / span
        y = HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * count.passed / maximum
        return f"{x:.1f},{y:.1f}"

    elements = [_axis(maximum)]
    for student in drawn:
        css_class = "line stuck" if student.stuck else "line"
        points = " ".join(point(count) for count in student.history)
        elements.append(
            f'<polyline class="{css_class}" points="{points}"><title>{escape(student.shown)}</title></polyline>'
        )
    elements += _dates(first.date(), last.date())
    return _svg(WIDTH, HEIGHT, "Tests that pass over time, a line per student", elements)


def _axis(maximum: int) -> str:
    bottom = HEIGHT - EDGE
    line = f'<line class="axis" x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{bottom}" y2="{bottom}"/>'
    return f'{line}<text x="{EDGE - 6}" y="{EDGE + 4}" text-anchor="end">{maximum}</text>'


def _dates(first: datetime.date, last: datetime.date) -> list[str]:
    y = HEIGHT - EDGE + 16
    labels = [f'<text x="{EDGE}" y="{y}">{first}</text>']
    return [*labels, f'<text x="{WIDTH - EDGE}" y="{y}" text-anchor="end">{last}</text>'] if last > first else labels


def _svg(width: int, height: int, title: str, elements: Sequence[str]) -> str:
    box = f'viewBox="0 0 {width} {height}" style="max-width: {width}px"'
    return f'<svg {box} role="img" aria-label="{escape(title)}">{"".join(elements)}</svg>'


def _shorten(text: str, length: int) -> str:
    return escape(text if len(text) <= length else f"{text[: length - 1]}…")
