# A number in a text, and the claim that it states: 54<!-- share_first --> is rewritten by every run.
MARK = re.compile(r"(?:-?[\d,.]*\d|…)<!-- ([\w.]+) -->")


def numbers(metrics: dict[str, Any]) -> dict[str, str]:
    """Write every number that a document may state: each claim, the ends of its interval and its n, by name."""
    found = {}
    for claim in metrics["claims"]:
        for part in ("value", "low", "high"):
            if claim[part] is not None:
                name = claim["name"] if part == "value" else f"{claim['name']}.{part}"
                found[name] = number(claim[part], claim)
        found[f"{claim['name']}.n"] = f"{claim['n']:,}"
    return found


def number(value: float, claim: dict[str, Any]) -> str:
    """Show as many digits as the claim has; a year has no thousands."""
    rounded = round(value, claim["digits"]) + 0.0  # no -0.0
    return f"{rounded:.0f}" if claim["unit"] == "year" else f"{rounded:,.{claim['digits']}f}"


def lines(claims: list[dict[str, Any]]) -> str:
    """Make a Markdown table of claims: each with its interval and the number of cases behind it."""
    made = ["| what | value | 95 % interval | n | the interval is over |", "|---|---:|---:|---:|---|"]
    for claim in claims:
        value, unit = number(claim["value"], claim), f" {escaped(claim['unit'])}" if claim["unit"] else ""
        known = claim["low"] is not None
        ends = f"{number(claim['low'], claim)} to {number(claim['high'], claim)}" if known else ""
        what, over = escaped(claim["what"]), escaped(claim["over"])
        made.append(f"| {what} | {value}{unit} | {ends} | {claim['n']:,} | {over} |")
    return "\n".join(made) + "\n"


def summary(metrics: dict[str, Any]) -> str:
    """Make the answers: of every question the claims that have an interval."""
    parts = []
    for name, asks in metrics["questions"].items():
        answers = [claim for claim in metrics["claims"] if claim["question"] == name]
        sure = [claim for claim in answers if claim["low"] is not None]
        parts.append(f"**{escaped(asks)}**\n\n{lines(sure)}")
    return "\n".join(parts)


def details(metrics: dict[str, Any]) -> str:
    """Make the table of every claim."""
    return lines([claim for claim in metrics["claims"] if claim["unit"] != "year"])


def sizes(metrics: dict[str, Any]) -> str:
    """Make what the data card shows: the columns of each table with what is missing, and which data it came from."""
    made = []
    for name, table in metrics["tables"].items():
        made.append(f"`{name}`: {table['rows']:,} rows\n")
        made += ["| column | missing | different values |", "|---|---:|---:|"]
        made += [
            f"| {escaped(column)} | {found['missing']:,} | {found['distinct']:,} |"
            for column, found in table["columns"].items()
        ]
        made.append("")
    return "\n".join(made) + f"\nSHA-256 of the raw data: `{metrics['data_sha256']}`\n"


def fill(path: Path, metrics: dict[str, Any]) -> bool:
    """Write the number before each mark of a document anew; return whether the document changed."""
    if not path.exists():
        return False
    known, old = numbers(metrics), path.read_text(encoding="utf-8")
    for name in MARK.findall(old):
        if name not in known:
            message = f"{path.as_posix()} states a number `{name}` that no question answers"
            raise ProjectError(message)
    return _written(path, old, MARK.sub(lambda at: f"{known[at[1]]}<!-- {at[1]} -->", old))
