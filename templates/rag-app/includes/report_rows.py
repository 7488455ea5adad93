    shown = columns | {"p50_ms": "p50 ms", "p95_ms": "p95 ms"}
    timings = metrics["timings"]
    rows = [(f"baseline: {name}", scores | timings[name]) for name, scores in metrics["baselines"].items()]
    rows += [(name, scores | timings[name]) for name, scores in metrics["alternatives"].items()]
    ours = metrics["model"]["name"]
    rows.append((f"**{ours}**", metrics["model"] | timings[ours]))
