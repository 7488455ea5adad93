"""One table with one fault each, as owners bring them, and what other tools make of it: the table in docs/own-data.md.

    python benchmarks/faults.py tables FOLDER       write the tables
    python benchmarks/faults.py sapientml FOLDER    in an environment that has the tool; also autogluon, skrub

Nothing here needs scaffold; `scaffold new ml-tabular NAME --data FOLDER/FAULT.csv --target rent --dry-run` says what
scaffold does.
"""

import csv
import datetime
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = dict[str, Any]
TARGET = "rent"


def flats(dice: random.Random) -> list[Row]:
    """600 flats to let; the rent follows from size, rooms, district and date, with noise."""
    worth = {"north": 0, "south": 250, "old town": 600, "harbour": 900}
    rows = []
    for number in range(600):
        size, district = dice.randint(25, 160), dice.choice(list(worth))
        rooms = max(1, round(size / 28 + dice.gauss(0, 0.8)))
        rent = 300 + 9.5 * size + 40 * rooms + worth[district] + 0.45 * number + dice.gauss(0, 140)
        day = datetime.date(2022, 1, 3) + datetime.timedelta(days=number + dice.randint(0, 2))
        rows.append(
            {
                "customer_id": dice.randint(100_000, 999_999),
                "listed": day.isoformat(),
                "agent": f"A{dice.randint(1, 60):02d}",
                "district": district,
                "size": size,
                "rooms": rooms,
                "age": dice.randint(0, 90),
                TARGET: round(rent, 2),
            }
        )
    return rows


def faults(dice: random.Random) -> dict[str, Callable[[int, Row], Row]]:
    """Name of a fault → what it makes of a row and its number."""

    def parts(_: int, row: Row) -> Row:
        part = round(row[TARGET] * dice.uniform(0.2, 0.8), 2)
        return {**row, "part_a": part, "part_b": round(row[TARGET] - part, 2)}

    def hostile(_: int, row: Row) -> Row:
        return {{"age": '"); import os  #', "district": "class"}.get(name, name): cell for name, cell in row.items()}

    return {
        "none": lambda _, row: row,
        "leak": lambda _, row: {**row, "rent_eur": round(row[TARGET] * 0.92, 2)},
        "sum": parts,
        "missing-targets": lambda number, row: {**row, TARGET: row[TARGET] if number % 12 else ""},
        "constant-target": lambda _, row: {**row, TARGET: 900},
        "dollars": lambda _, row: {**row, TARGET: f"${row[TARGET]:,.2f}"},
        "999": lambda _, row: {**row, "age": 999 if dice.random() < 0.25 else row["age"]},
        "e-mail": lambda number, row: {**row, "contact": f"{dice.choice(['anna', 'bo', 'cem'])}{number}@example.com"},
        "hostile-names": hostile,
        "german": lambda _, row: {**row, "straße": dice.choice(["Möhrengasse", "Übersee", "Ring"])},
        "zip-codes": lambda _, row: {**row, "zip": f"{dice.choice([501, 1002, 7030, 90210]):05d}"},
        "no-signal": lambda _, row: {**row, TARGET: round(dice.gauss(1000, 200), 2)},
    }


def write(folder: Path) -> None:
    """Write every table."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(7)
    rows = flats(dice)
    for name, change in faults(dice).items():
        table = [change(number, row) for number, row in enumerate(rows)]
        german = name == "german"
        with (folder / f"{name}.csv").open("w", newline="", encoding="latin-1" if german else "utf-8") as file:
            writer = csv.DictWriter(file, table[0], delimiter=";" if german else ",")
            writer.writeheader()
            writer.writerows({key: _comma(cell) if german else cell for key, cell in row.items()} for row in table)


def _comma(cell: object) -> object:
    return str(cell).replace(".", ",") if isinstance(cell, float) else cell


def sapientml(frame: Any, folder: Path) -> str:
    """What SapientML says; its scripts are in the folder."""
    from sapientml import SapientML

    SapientML([TARGET], task_type="regression").fit(frame, output_dir=str(folder))
    return (folder / "final_script.out.json").read_text()


def autogluon(frame: Any, folder: Path) -> str:
    """Its task, its best scores, and its features."""
    from autogluon.tabular import TabularPredictor

    found = TabularPredictor(label=TARGET, path=folder).fit(
        frame, time_limit=30, hyperparameters={"GBM": {}, "RF": {}, "LR": {}}
    )
    best = found.leaderboard(silent=True)[["model", "score_val"]].head(1).to_numpy().tolist()
    return f"{found.problem_type}, {found.eval_metric.name}: {best}; {found.features()}"


def skrub(frame: Any, _: Path) -> str:
    """R² of its pipeline in cross-validation."""
    from sklearn.model_selection import cross_val_score
    from skrub import tabular_pipeline

    pipeline = tabular_pipeline("regressor")
    scores = cross_val_score(pipeline, frame.drop(columns=TARGET), frame[TARGET], scoring="r2", error_score="raise")
    return f"R² {scores.mean():.4f}"


def main() -> None:
    """Write the tables, or give each to a tool and print what came of it."""
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "tables":
        write(folder)
        return
    import pandas

    run = {"sapientml": sapientml, "autogluon": autogluon, "skrub": skrub}[what]
    for path in sorted(folder.glob("*.csv")):
        try:
            said = run(pandas.read_csv(path), folder / what / path.stem)
        except Exception as error:  # whatever a tool raises is what its user sees
            said = f"{type(error).__name__}: {error}"
        sys.stdout.write(f"{path.stem}: {' '.join(said.split())[:300]}\n")


if __name__ == "__main__":
    main()
