    "per_class": [{"name": "cat", "n": 3, "recall": 0.5, "precision": 1.0, "f1": 0.67}],
