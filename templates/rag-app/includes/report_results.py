    "alternatives": {},
    "timings": {name: {"p50_ms": 1.0, "p95_ms": 2.0} for name in ("guess", "the model", "another")},
