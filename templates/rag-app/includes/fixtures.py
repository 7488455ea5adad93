@pytest.fixture(scope="session")
def handbook(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Settings:
    """Bring the pages that ship with the repository into an index, once: six seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        changes = {
            "index_folder": tmp_path_factory.mktemp("index"),
            "embedder": "minilm",
            "embedder_model": "",
            "retriever": "vector",
            "provider": "extractive",
            "traces": False,
            "knowledge_base": settings.knowledge_base.resolve(),
            "questions_file": settings.questions_file.resolve(),
        }
        settings = settings.model_copy(update=changes)
        data.ingest(settings, [settings.knowledge_base])
        return settings
