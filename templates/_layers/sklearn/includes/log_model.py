{#- `texts`, set by the file that includes this, names the features that are texts. -#}
def log_model(model: Pipeline) -> str:
    """Keep a fitted model with what is needed to load it again.

    The file format is skops, not pickle: loading it runs no code. The types that skops does not know are named in
    `TRUSTED`. Requirements and signature are given because guessing them takes MLflow 10 seconds.

    Returns
    -------
    str
        Its id in MLflow.
    """
    import mlflow.sklearn
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    texts = {{ texts }}
    inputs = Schema([ColSpec("string" if name in texts else "double", name) for name in FEATURES])
    outputs = Schema([ColSpec("double")])
    info = mlflow.sklearn.log_model(
        model,
        name="model",
        signature=ModelSignature(inputs, outputs),
        pip_requirements=[f"scikit-learn=={sklearn.__version__}", f"skops=={skops.__version__}"],
        skops_trusted_types=TRUSTED,
    )
    return str(info.model_id)
