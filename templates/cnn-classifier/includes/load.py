            from {{ package_name }}.predict import Classifier

            folder = mlflow.artifacts.download_artifacts(f"models:/{MODEL}@champion", dst_path=copy)
            model = Classifier(Path(folder) / "model.onnx")
