            from {{ package_name }}.network import checkpoint

            folder = mlflow.artifacts.download_artifacts(f"models:/{MODEL}@{alias}", dst_path=copy)
            model = checkpoint.load_writer(Path(folder) / checkpoint.TRAINED.name)
