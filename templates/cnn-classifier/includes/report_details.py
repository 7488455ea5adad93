    classes = [(f"{escaped(part['name'])} (n = {part['n']:,})", part) for part in metrics["per_class"]]
    each = table("class", classes, {"recall": "recall", "precision": "precision", "f1": "F1"})
    return f"{summary(metrics)}\n{table('slice', rows, metrics['columns'])}\n{each}"
