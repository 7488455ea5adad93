            from {{ package_name }}.serving.predict import Classifier

            folder = mlflow.artifacts.download_artifacts(f"models:/{MODEL}@{alias}", dst_path=copy)
            model = Classifier(Path(folder) / "model.onnx")
