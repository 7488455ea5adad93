"""How layers and a template become one Copier template: order, overlay, refusals, and always the same bytes."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scaffold.core.templates.assembly import assemble
from scaffold.errors import ScaffoldError
from support import TEMPLATES, write

MANIFEST = 'title = "T"\nstage = "s"\norder = 1\nversion = "0.1.0"\nsummary = "S."\n'


def template(
    root: Path, files: dict[str, str | bytes], layers: dict[str, dict[str, str | bytes]], more: str = ""
) -> Path:
    """A template `t` with layers, in the order given."""
    for name, content in layers.items():
        write(root / "_layers" / name, content)
    names = ", ".join(f'"{name}"' for name in layers)
    return write(root / "t", {"template.toml": f"{MANIFEST}layers = [{names}]\n{more}", **files})


def test_layers_and_own_files_stand_side_by_side(templates: Path) -> None:
    tree = assemble(templates / "hello")
    own = {"project/src/hello.py", "project/run.sh", "includes/say.jinja", "template.toml", "CHANGELOG.md"}
    base = {path.removeprefix("_layers/base/") for path in TEMPLATES if path.startswith("_layers/base/")}
    assert set(tree) == own | base
    assert list(tree) == sorted(tree)


def test_bytes_are_kept(templates: Path) -> None:
    tree = assemble(templates / "hello")
    assert tree["project/data/windows.txt"].content == b"$Id$\r\nend\r\n"
    assert tree["project/src/hello.py"].content == b'print("hello")\n'


def test_the_executable_bit_is_kept(templates: Path) -> None:
    tree = assemble(templates / "hello")
    assert [path for path, file in tree.items() if file.executable] == ["project/run.sh"]


def test_questions_of_the_layers_come_first(templates: Path) -> None:
    documents = list(yaml.safe_load_all(assemble(templates / "hello")["copier.yml"].content))
    assert documents[0] == {"_subdirectory": "project"}
    assert list(documents[1])[-1] == "stars"
    assert list(documents[2]) == ["greeting"]


@pytest.mark.parametrize("ending", ["", "\n", "\n\n"])
def test_a_copier_yml_may_lack_its_last_newline(tmp_path: Path, ending: str) -> None:
    folder = template(tmp_path, {"copier.yml": "b: 2" + ending}, {"one": {"copier.yml": "a: 1" + ending}})
    documents = list(yaml.safe_load_all(assemble(folder)["copier.yml"].content))
    assert documents[1:] == [{"a": 1}, {"b": 2}]


def test_a_copier_yml_may_start_with_a_document_mark(tmp_path: Path) -> None:
    folder = template(tmp_path, {"copier.yml": "# About it.\n---\nb: 2\n"}, {"one": {"copier.yml": "---\na: 1\n"}})
    documents = list(yaml.safe_load_all(assemble(folder)["copier.yml"].content))
    assert [document for document in documents if document][1:] == [{"a": 1}, {"b": 2}]


def test_a_template_without_layers_and_questions(tmp_path: Path) -> None:
    tree = assemble(template(tmp_path, {"project/a": "a"}, {}))
    assert set(tree) == {"copier.yml", "project/a", "template.toml"}


def test_a_later_part_replaces_what_it_says_it_replaces(tmp_path: Path) -> None:
    folder = template(
        tmp_path,
        {"project/a.txt": "mine"},
        {"one": {"project/a.txt": "first"}, "two": {"project/a.txt": "second"}},
        'replaces = ["project/a.txt"]\n',
    )
    assert assemble(folder)["project/a.txt"].content == b"mine"


def test_the_last_layer_wins_among_layers(tmp_path: Path) -> None:
    layers: dict[str, dict[str, str | bytes]] = {"b": {"project/a": "b"}, "a": {"project/a": "a"}}
    folder = template(tmp_path, {}, layers, 'replaces = ["project/a"]\n')
    assert assemble(folder)["project/a"].content == b"a"


@pytest.mark.parametrize(("layer", "own"), [("a.txt.jinja", "a.txt"), ("a.txt", "a.txt.jinja")])
def test_a_file_replaces_its_jinja_twin(tmp_path: Path, layer: str, own: str) -> None:
    files: dict[str, str | bytes] = {f"project/{own}": "mine"}
    folder = template(tmp_path, files, {"one": {f"project/{layer}": "theirs"}}, 'replaces = ["project/a.txt"]\n')
    tree = assemble(folder)
    assert tree[f"project/{own}"].content == b"mine"
    assert f"project/{layer}" not in tree


@pytest.mark.parametrize("own", ["a.txt", "a.txt.jinja"])
def test_two_parts_with_one_path_are_refused(tmp_path: Path, own: str) -> None:
    folder = template(tmp_path, {f"project/{own}": "mine"}, {"one": {"project/a.txt": "theirs"}})
    with pytest.raises(ScaffoldError, match="`project/a.txt` is in both one and t") as refused:
        assemble(folder)
    assert '"project/a.txt" to `replaces`' in refused.value.hint


def test_replaces_that_replaces_nothing_is_refused(tmp_path: Path) -> None:
    folder = template(tmp_path, {"project/a": "mine"}, {}, 'replaces = ["project/a"]\n')
    with pytest.raises(ScaffoldError, match="`project/a`, which nothing replaces"):
        assemble(folder)


@pytest.mark.parametrize(("layer", "own"), [("project/a", "project/a/b"), ("project/a/b", "project/a")])
def test_a_file_and_a_folder_of_one_name_are_refused(tmp_path: Path, layer: str, own: str) -> None:
    folder = template(tmp_path, {own: "mine"}, {"one": {layer: "theirs"}})
    with pytest.raises(ScaffoldError, match="`project/a` is a file in .* and a folder in"):
        assemble(folder)


def test_a_missing_layer_is_named(tmp_path: Path) -> None:
    folder = template(tmp_path, {}, {})
    (folder / "template.toml").write_text(MANIFEST + 'layers = ["none"]\n')
    with pytest.raises(ScaffoldError, match="names a layer `none` that is not at"):
        assemble(folder)


@pytest.mark.parametrize("layer", ["..", "../..", "a/../../../etc", "/etc", ""])
def test_a_layer_never_leads_out_of_the_layers_folder(tmp_path: Path, layer: str) -> None:
    write(tmp_path / "project", {"secret": "s"})
    folder = template(tmp_path / "x", {}, {"a": {"project/a": "a"}})
    (folder / "template.toml").write_text(f'{MANIFEST}layers = ["{layer}"]\n')
    with pytest.raises(ScaffoldError, match="layer"):
        assemble(folder)


@pytest.mark.parametrize("target", ["a.txt", "missing", "."])
def test_a_symlink_is_refused(tmp_path: Path, target: str) -> None:
    folder = template(tmp_path, {"project/a.txt": "a"}, {})
    (folder / "project/link").symlink_to(target)
    with pytest.raises(ScaffoldError, match="link is a symlink"):
        assemble(folder)


def test_a_project_folder_that_is_a_symlink_is_refused(tmp_path: Path) -> None:
    folder = template(tmp_path, {}, {})
    write(tmp_path / "elsewhere", {"secret": "s"})
    (folder / "project").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ScaffoldError, match="project is a symlink"):
        assemble(folder)


@pytest.mark.parametrize(
    ("content", "line"),
    [("a: 1\nb: [\n", 3), ("a: 1\nb: {c: d: e}\n", 2), ("a: !include x.yml\n", 1), ("a: 1\n\tb: 2\n", 2)],
)
def test_invalid_yaml_names_file_and_line(tmp_path: Path, content: str, line: int) -> None:
    folder = template(tmp_path, {}, {"one": {"copier.yml": content}})
    with pytest.raises(ScaffoldError) as refused:
        assemble(folder)
    assert f"{tmp_path / '_layers/one/copier.yml'}, line {line}, is not valid YAML" in refused.value.message


@pytest.mark.parametrize("content", [b"a: \x00\n", b"a: \xff\xfe\n", b"a: 2020-99-99\n", b"- a\n- b\n", b"text\n"])
def test_a_copier_yml_that_is_no_mapping_of_text_is_refused(tmp_path: Path, content: bytes) -> None:
    folder = template(tmp_path, {"copier.yml": content}, {})
    with pytest.raises(ScaffoldError, match="copier.yml.* is not valid YAML"):
        assemble(folder)


def test_caches_are_left_out(tmp_path: Path) -> None:
    folder = template(tmp_path, {"project/a.py": "a"}, {})
    litter = [
        ".git/config",
        "__pycache__/a.pyc",
        "b.pyc",
        ".DS_Store",
        ".venv/x",
        ".mypy_cache/x",
        ".ruff_cache/x",
        ".pytest_cache/x",
    ]
    write(folder / "project", dict.fromkeys(litter, "litter"))
    assert [path for path in assemble(folder) if path.startswith("project/")] == ["project/a.py"]


def test_folders_that_are_no_part_of_a_template_are_left_out(tmp_path: Path) -> None:
    folder = template(tmp_path, {"examples/a.yml": "a: 1", "notes.md": "n", "project/a": "a"}, {})
    assert set(assemble(folder)) == {"copier.yml", "project/a", "template.toml"}


names = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3).map("/".join)


def above(path: str) -> set[str]:
    """The folders that a path lies in."""
    return {path[:end] for end, letter in enumerate(path) if letter == "/"}


def nested(paths: Iterable[str]) -> bool:
    """Whether one of the paths would have to be a file and a folder at once."""
    return any(above(path) & set(paths) for path in paths)


parts = st.dictionaries(names, st.sampled_from(["", ".jinja"]), max_size=4).filter(lambda part: not nested(part))


@pytest.mark.thorough
@given(layers=st.lists(parts, max_size=3))
def test_overlay_keeps_the_last_of_every_path_or_refuses(
    tmp_path_factory: pytest.TempPathFactory, layers: list[dict[str, str]]
) -> None:
    content: dict[str, dict[str, str | bytes]] = {
        f"l{index}": {"copier.yml": "", **{f"project/{path}{suffix}": f"l{index}" for path, suffix in part.items()}}
        for index, part in enumerate(layers)
    }
    times = Counter(path for part in layers for path in part)
    replaces = [f"project/{path}" for path, count in times.items() if count > 1]
    folder = template(tmp_path_factory.mktemp("overlay"), {}, content, f"replaces = {json.dumps(replaces)}\n")
    if nested(times):
        with pytest.raises(ScaffoldError, match="is a file in .* and a folder in"):
            assemble(folder)
        return
    winners = {path: (f"project/{path}{sfx}", f"l{i}") for i, part in enumerate(layers) for path, sfx in part.items()}
    got = {path: file.content.decode() for path, file in assemble(folder).items() if path.startswith("project/")}
    assert got == dict(winners.values())


def test_assembly_writes_nothing(templates: Path) -> None:
    before = sorted(templates.rglob("*"))
    assemble(templates / "hello")
    assert sorted(templates.rglob("*")) == before


@pytest.mark.parametrize("key", ["_tasks", "_migrations", "_jinja_extensions"])
def test_a_template_that_would_run_code_is_not_assembled(templates: Path, key: str) -> None:
    with (templates / "hello/copier.yml").open("a") as file:
        file.write(f"{key}: [x]\n")
    with pytest.raises(ScaffoldError, match=key):
        assemble(templates / "hello")


def test_a_question_in_two_parts_is_an_error(templates: Path) -> None:
    with (templates / "hello/copier.yml").open("a") as file:
        file.write("license: {type: str, default: none}\n")
    with pytest.raises(ScaffoldError, match="license"):
        assemble(templates / "hello")
