# /// script
# requires-python = ">=3.11"
# dependencies = ["locust==2.47.0"]
# [tool.uv]
# exclude-newer = "7 days"
# ///
"""How many flights a second does the running service predict, and how long does a caller wait?

``make serve`` in one terminal, ``uv run benchmarks/load.py`` in another: callers that wait for their answer before they ask
again, first with one flight each, then with a hundred. ``--write`` puts the table into the README. Callers and service share
the machine, so a service that has one to itself is faster. uv gives this script an environment of its own.
"""

import argparse
import os
import platform
import re
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from itertools import cycle, product
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
BATCH = 100
WARM_UP = 2.0
"""Seconds that do not count: connections are opened, and the model is used for the first time."""

Row = Mapping[str, float | str]


def flights() -> list[dict[str, object]]:
    """Return flights that differ in everything that a caller knows beforehand."""
    carriers, origins, hours = ("B6", "UA", "DL", "EV", "AA"), ("JFK", "LGA", "EWR"), range(6, 22)
    return [
        {
            "departs": f"2013-07-{1 + hour:02}T{hour:02}:30:00",
            "carrier": carrier,
            "origin": origin,
            "distance": 300.0 + 137 * hour,
            "temperature": 10.0 + hour,
            "humidity": 40.0 + hour,
            "wind_speed": 1.5 * hour,
            "rain": 0.0,
            "visibility": 16.0,
        }
        for carrier, origin, hour in product(carriers, origins, hours)
    ]


def measure(url: str, path: str, bodies: Sequence[object], callers: int, seconds: float) -> Row:
    """Let callers ask one route for a while.

    Parameters
    ----------
    url, path
        where the service answers, and the route
    bodies
        what is asked in turn
    callers
        how many ask at the same time
    seconds
        how long, after the warm-up

    Returns
    -------
    Row
        requests a second, the 50th, 95th and 99th percentile in milliseconds, and how many requests failed
    """
    import gevent
    from locust import FastHttpUser, task
    from locust.env import Environment

    turn = cycle(bodies)

    class Caller(FastHttpUser):
        @task
        def ask(self) -> None:
            self.client.post(path, json=next(turn))

    environment = Environment(user_classes=[Caller], host=url)
    runner = environment.create_local_runner()
    runner.start(callers, spawn_rate=callers)
    gevent.sleep(WARM_UP)
    runner.stats.reset_all()
    gevent.sleep(seconds)
    total = runner.stats.total
    found = {
        "requests": total.num_requests / seconds,
        "failed": total.num_failures,
        **{f"p{part}": total.get_response_time_percentile(part / 100) for part in (50, 95, 99)},
    }
    runner.quit()
    return found


def table(rows: Mapping[str, Row], callers: int) -> str:
    """Return what was measured as Markdown."""
    lines = [
        "| asked for | requests a second | flights a second | p50 | p95 | p99 | failed |",
        "|---|---|---|---|---|---|---|",
    ]
    for (name, row), size in zip(rows.items(), (1, BATCH), strict=True):
        lines.append(
            f"| {name} | {row['requests']:,.0f} | {row['requests'] * size:,.0f} | {row['p50']:.0f} ms | "
            f"{row['p95']:.0f} ms | {row['p99']:.0f} ms | {row['failed']} |"
        )
    where = f"{os.cpu_count()} cores, shared with the callers, Python {platform.python_version()}"
    return "\n".join([*lines, "", f"{callers} callers at a time; {where}."])


def write(text: str, path: Path, mark: str = "load") -> None:
    """Replace what stands between the marks of a table."""
    old = path.read_text(encoding="utf-8")
    new = re.sub(
        rf"(<!-- {mark}:start -->\n).*?(<!-- {mark}:end -->)",
        lambda found: f"{found[1]}{text}\n{found[2]}",
        old,
        flags=re.DOTALL,
    )
    path.write_text(new, encoding="utf-8", newline="\n")


def main() -> int:
    """Measure, and say or write it."""
    parser = argparse.ArgumentParser(description="Measure the running service under load.")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where it answers")
    parser.add_argument("--callers", type=int, default=8, help="how many ask at the same time")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each of the two takes")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    given = parser.parse_args()
    try:
        urllib.request.urlopen(f"{given.url}/ready", timeout=10).close()  # noqa: S310 - the address is the caller's own
    except OSError as error:
        sys.stderr.write(f"No service is ready at {given.url} ({error}): start it with `make serve`.\n")
        return 1
    single = flights()
    batches = [{"flights": single[start : start + BATCH]} for start in (0, BATCH)]
    rows = {
        "one flight": measure(given.url, "/predict", single, given.callers, given.seconds),
        f"{BATCH} flights": measure(given.url, "/predict/batch", batches, given.callers, given.seconds),
    }
    text = table(rows, given.callers)
    sys.stdout.write(text + "\n")
    if given.write:
        write(text, README)
    return int(any(row["failed"] for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
