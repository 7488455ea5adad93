{% if dataset and not dataset_in_git -%}
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(
        not Path("data/raw/{{ dataset }}").exists(),
        reason="the documents are too large for git; docs/data-card.md says where they come from",
    ),
]
{% endif -%}
