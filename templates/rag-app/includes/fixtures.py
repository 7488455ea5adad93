@pytest.fixture(scope="session")
def handbook(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Settings:
{%- if dataset %}
    """Bring some of this project's documents into an index, once, the smallest; questions about them are proposed."""
    home = tmp_path_factory.mktemp("handbook")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        found, _ = documents.find(settings.knowledge_base)
        if not found:
            pytest.skip("the documents are not here: docs/data-card.md says where they come from")
        for path in sorted(found, key=lambda path: path.stat().st_size)[:MOST_DOCUMENTS]:
            copy = home / "pages" / path.relative_to(settings.knowledge_base)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        changes = {
            "index_folder": home / "index",
            "embedder": "minilm",
            "embedder_model": "",
            "retriever": "vector",
            "provider": "extractive",
            "traces": False,
            "knowledge_base": home / "pages",
            "questions_file": home / "questions.jsonl",
        }
        settings = settings.model_copy(update=changes)
        data.ingest(settings, [settings.knowledge_base])
        with open_store(settings) as store:
            propose(settings, store)
        return settings
{%- else %}
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
{%- endif %}
