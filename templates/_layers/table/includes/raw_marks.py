{% if dataset and not dataset_in_git -%}
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(
        not Path("data/raw/{{ dataset }}").exists(),
        reason="the raw file is too large for git; docs/data-card.md says where it comes from",
    ),
]
{% endif -%}
