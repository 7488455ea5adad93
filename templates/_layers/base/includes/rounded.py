def rounded(results: dict[str, Any]) -> str:
    """Write results as JSON with four decimals: more would differ from one processor to the next."""
    short = json.loads(json.dumps(results), parse_float=lambda text: round(float(text), 4))
    return json.dumps(short, indent=2, ensure_ascii=False) + "\n"
