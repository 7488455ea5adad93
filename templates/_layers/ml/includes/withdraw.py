def withdraw(version: str) -> None:
    """Take a version out of use that the test part refused."""
    import mlflow

    client = mlflow.MlflowClient()
    used = client.get_registered_model(tracking.MODEL).aliases.get("champion")
    if used is not None and str(used) == version:
        client.delete_registered_model_alias(tracking.MODEL, "champion")
