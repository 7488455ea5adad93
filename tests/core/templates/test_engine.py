"""Rendering in memory gives what Copier gives, byte for byte, or says that only Copier can."""

import random
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import copier
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pathspec import PathSpec

from rendering import NAMES
from scaffold.core.templates import catalog, copier_yml, engine, jinja, release
from scaffold.core.templates.casting import to_bool
from scaffold.core.templates.questionnaire import Answers
from scaffold.errors import ScaffoldError, UsageError
from scaffold.tools.git.trees import File, Tree, read_folder, write_folder
from support import git, git_repository


def tree_of(files: Mapping[str, str]) -> dict[str, File]:
    return {name: File(text.encode()) for name, text in files.items()}


def rendered(tree: Tree, address: str = "", version: str = "", **known: Any) -> engine.Result:
    config = copier_yml.read_config(tree)
    assert config is not None
    assert copier_yml.is_ordinary(tree, config)
    fixed = {"_src_path": address, **({"_commit": version} if version else {})}
    return engine.render(engine.Job(tree, config, address, version, "my-project"), Answers(fixed=fixed, **known))


def by_copier(template: Path, dest: Path, version: str = "", **answers: Any) -> dict[str, File]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copier.run_copy(
            str(template), dest, data=answers, vcs_ref=version or None, defaults=True, quiet=True, overwrite=True
        )
    return read_folder(dest)


def random_answers(questions: Mapping[str, Mapping[str, Any]], seed: int) -> dict[str, Any]:
    """Answers that a template's questions allow, to about half of its questions with choices or yes and no."""
    chance, chosen = random.Random(seed), {}
    for name, details in questions.items():
        choices = details.get("choices")
        if chance.random() < 0.5:
            continue
        if isinstance(choices, (dict, list)):
            chosen[name] = chance.choice(list(choices.values()) if isinstance(choices, dict) else choices)
        elif details.get("type") == "bool":
            chosen[name] = chance.random() < 0.5
    return {key: value for key, value in chosen.items() if not isinstance(value, dict)}


def compare(name: str, version: str, seed: int, tmp_path: Path) -> None:
    bundle = catalog.BUILT_IN / f"{name}.bundle"
    tree = release.read(bundle, release.heads(bundle), version)
    template = tmp_path / "template"
    write_folder(tree, template)
    git(git_repository(template), "tag", version)
    config = copier_yml.read_config(tree)
    assert config is not None
    answers = random_answers(config.questions, seed) if seed else {}
    try:
        want = by_copier(template, tmp_path / "my-project", version, **answers)
    except ValueError as error:  # a validator refuses the combination
        with pytest.raises(UsageError, match=r"Validation error|Invalid choice"):
            rendered(tree, str(template), version, given=answers)
        assert "question" in str(error) or "choice" in str(error)
        return
    got = rendered(tree, str(template), version, given=answers).tree
    assert got.keys() == want.keys(), answers
    assert [path for path in want if got[path] != want[path]] == [], answers


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_the_newest_release_renders_as_with_copier(name: str, tmp_path: Path) -> None:
    compare(name, release.versions(catalog.BUILT_IN / f"{name}.bundle")[-1], 0, tmp_path)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize(
    ("name", "version"),
    [(name, version) for name in NAMES for version in release.versions(catalog.BUILT_IN / f"{name}.bundle")],
)
def test_every_release_renders_as_with_copier(name: str, version: str, seed: int, tmp_path: Path) -> None:
    compare(name, version, seed, tmp_path)


FOREIGN = {
    "suffix": {
        "copier.yml": "_templates_suffix: .tmpl\nname: Ada\n",
        "a.txt.tmpl": "{{ name }}\n",
        "b.jinja": "{{ name }}",
        "{{ name }}/c.md": "as it is {{ name }}",
    },
    "no suffix": {"copier.yml": "_templates_suffix: ''\nname: Ada\n", "a.txt": "{{ name }}\n\n"},
    "envops": {
        "copier.yml": "_envops: {variable_start_string: '[[', variable_end_string: ']]', trim_blocks: true}\nname: Ada\n",
        "[[ name ]].txt.jinja": "{% if name %}\n[[ name ]] {{ not this }}\n{% endif %}\n",
    },
    "subdirectory": {
        "copier.yml": "_subdirectory: '{{ kind }}'\nkind: {type: str, choices: [one, two], default: two}\n",
        "one/a.txt": "1",
        "two/b.txt": "2",
        "two/copier.yml": "kept",
    },
    "exclude": {
        "copier.yml": "_exclude: ['*.bak', \"{% if not docs %}/docs{% endif %}\", \"{{ '/only' if _copier_operation == 'update' }}\"]\ndocs: false\n",
        "a.bak": "x",
        "docs/a.md": "x",
        "only": "kept at copy",
    },
    "documents": {
        "copier.yml": "_exclude: [a]\nname: Ada\n---\n_exclude: [b]\nage: 3\n",
        "a": "",
        "b": "",
        "c.jinja": "{{ name }} {{ age + 1 }}",
    },
    "macros": {
        "copier.yml": "name: Ada\n",
        "includes/m.jinja": "{% macro hello(who) %}Hello {{ who }}{% endmacro %}",
        "out.jinja": "{% from 'includes/m.jinja' import hello %}{{ hello(name) }}{% include 'includes/n.txt' %}",
        "includes/n.txt": "!\r\n",
    },
    "questions": {
        "copier.yml": yaml.safe_dump(
            {
                "flag": {"type": "bool", "default": "yes"},
                "more": {"type": "str", "default": "{{ 'a' if flag else 'b' }}", "when": "{{ flag }}"},
                "count": {"type": "int", "default": "{{ 2 * 3 }}", "validator": "{% if count < 0 %}no{% endif %}"},
                "share": {"type": "float", "default": 0.25},
                "data": {"type": "yaml", "default": "[1, {a: b}]"},
                "object": {"type": "json", "default": '{"k": [null, true]}'},
                "named": {"type": "str", "choices": {"The X": "x", "The Y": {"value": "y", "validator": "not now"}}},
                "listed": {"type": "int", "choices": [1, ["two", 2]], "default": 2},
                "derived": {"type": "str", "default": "{{ more }}!", "when": False},
                "short": "text",
                "unset": {"type": "str", "default": "{{ UNSET }}", "when": False},
            },
            sort_keys=False,
        ).replace("named:\n", "named:\n  default: x\n"),
        "out.jinja": "{% for k in ['flag','more','count','share','data','object','named','listed','derived','short'] %}"
        "{{ k }}={{ _context[k] if _context is defined else '' }}{% endfor %}"
        "{{ flag }} {{ more }} {{ count }} {{ share }} {{ data }} {{ object }} {{ named }} {{ listed }} {{ derived }}\n",
        "{{_copier_conf.answers_file}}.jinja": "{{ _copier_answers | to_nice_yaml }}{{ _copier_answers | to_json }}",
    },
    "secrets": {
        "copier.yml": "_secret_questions: [pin]\nkey: {type: str, secret: true, default: a, validator: '{{ 1 }}'}\n"
        "pin: {type: int, default: 7}\n---\n_secret_questions: [word]\nword: {type: str, default: w}\n",
        "out.jinja": "{{ key }} {{ pin }} {{ word }}",
        "{{_copier_conf.answers_file}}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    },
    "several of many": {
        "copier.yml": yaml.safe_dump(
            {
                "plain": {"type": "str", "multiselect": True, "choices": ["a", "b", "c"], "default": ["c", "a"]},
                "none": {"type": "str", "multiselect": True, "choices": ["a"], "default": []},
                "text": {"multiselect": True, "type": "int", "choices": {"One": 1, "Two": 2}, "default": "[2, '1']"},
                "made": {"type": "str", "multiselect": True, "choices": ["x: 1", "y"], "default": "[\"x: 1\", {{ 'y' }}]"},
                "kind": {"multiselect": True, "choices": [["T", "true"], ["N", "[1, 2]"]], "default": [True, [1, 2]]},
            },
            sort_keys=False,
        ),
        "out.jinja": "{{ plain }} {{ none }} {{ text }} {{ made }} {{ kind }}",
        "{{_copier_conf.answers_file}}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    },
    "siblings": {"copier.yml": "x: 1\n", "a.txt": "plain", "a.txt.jinja": "rendered {{ x }}", "{{ '' }}/gone": "x"},
    "answers file": {
        "copier.yml": "_answers_file: .answers.{{ kind }}.yml\nkind: web\n",
        "{{ _copier_conf.answers_file }}.jinja": "# {{ _folder_name }}\n{{ _copier_answers | to_nice_yaml }}",
    },
    "filters": {
        "copier.yml": "name: Ada Lovelace\n",
        "out.jinja": "{{ name | regex_replace('a', 'b') }} {{ name | hash('sha256') }} {{ pathjoin('a', 'b') }} {{ [2, 1] | sort }}",
    },
}


@pytest.mark.parametrize("name", FOREIGN)
def test_other_peoples_templates_render_as_with_copier(name: str, tmp_path: Path) -> None:
    template = tmp_path / "template"
    write_folder(tree_of(FOREIGN[name]), template)
    want = by_copier(template, tmp_path / "my-project")
    assert rendered(tree_of(FOREIGN[name]), str(template)).tree == want


UNUSUAL = {
    "tasks": {"copier.yml": "_tasks: [echo]\n"},
    "migrations": {"copier.yml": "_migrations: [echo]\n"},
    "extensions": {"copier.yml": "_jinja_extensions: [jinja2.ext.do]\n"},
    "an unknown setting": {"copier.yml": "_preserve_symlinks: true\n"},
    "includes": {"copier.yml": "x: !include other.yml\n"},
    "two files": {"copier.yml": "x: 1\n", "copier.yaml": "y: 1\n"},
    "no mapping": {"copier.yml": "- 1\n"},
    "secrets without a default": {"copier.yml": "x: {type: str, secret: true}\n"},
    "some of none": {"copier.yml": "x: {type: str, multiselect: true, default: [a]}\n"},
    "yield": {"copier.yml": "x: [1]\n", "{% yield a from x %}{{ a }}{% endyield %}.txt": ""},
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_only_copier_can_render_is_seen_beforehand(name: str) -> None:
    tree = tree_of(UNUSUAL[name])
    assert not copier_yml.is_ordinary(tree, copier_yml.read_config(tree))


def test_a_link_is_copiers() -> None:
    tree = {"copier.yml": File(b"x: 1\n"), "link": File(b"copier.yml", symlink=True)}
    assert not copier_yml.is_ordinary(tree, copier_yml.read_config(tree))


@pytest.mark.parametrize("text", ["{{ _copier_conf.src_path }}", "{{ _external_data.x }}", "{{ now() }}", "{{ _copier_python }}"])
def test_a_variable_that_only_copier_knows_is_seen_when_it_is_used(text: str) -> None:
    with pytest.raises(engine.NotOrdinaryError):
        rendered(tree_of({"copier.yml": "x: 1\n", "a.jinja": text}))


def test_a_remembered_answer_that_is_no_longer_allowed_gives_way_to_the_default() -> None:
    tree = tree_of({"copier.yml": "x: {type: str, choices: [a, b], default: b}\n", "a.jinja": "{{ x }}"})
    result = rendered(tree, remembered={"x": "c"})
    assert result.tree["a"].content == b"b"
    assert "'c' is not in ['a', 'b']" in result.dropped["x"]


def test_a_given_answer_that_is_not_allowed_is_refused() -> None:
    tree = tree_of({"copier.yml": "x: {type: str, choices: [a, b], default: b}\n"})
    with pytest.raises(UsageError, match=r"Invalid choice for 'x': 'c' is not in \['a', 'b'\]"):
        rendered(tree, given={"x": "c"})


def test_a_question_without_a_default_has_to_be_answered() -> None:
    tree = tree_of({"copier.yml": "x: {type: str}\n"})
    with pytest.raises(UsageError, match="`x` has no default"):
        rendered(tree)
    assert rendered(tree, given={"x": "1"}).answers == {"x": "1"}


def test_a_mistake_names_its_file_and_line() -> None:
    with pytest.raises(ScaffoldError, match=r"in src/a\.py\.jinja, line 3: .*endif"):
        rendered(tree_of({"copier.yml": "x: 1\n", "src/a.py.jinja": "1\n{% if x %}\n{% endfor %}\n"}))
    with pytest.raises(ScaffoldError, match=r"in src/a\.py\.jinja, line 2: division by zero"):
        rendered(tree_of({"copier.yml": "x: 1\n", "src/a.py.jinja": "1\n{{ 1 / 0 }}\n"}))


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.integers())))
def test_what_is_true_is_what_copier_takes_for_true(value: Any) -> None:
    from copier._tools import cast_to_bool

    assert to_bool(value) is cast_to_bool(value)


@pytest.mark.parametrize("patterns", [["/a"], ["/a/b", "/.dvc"], ["/a.txt"]])
def test_patterns_that_name_one_place_exclude_what_git_would(patterns: list[str]) -> None:
    paths = ["a/b", "a/b/c", "x/a", "a.txt", "ab", ".dvc/config", "dvc", "a/bc"]
    expected = PathSpec.from_lines("gitignore", patterns)
    config = yaml.safe_dump({"_exclude": ["/copier.yml", *patterns]})
    got = rendered(tree_of({"copier.yml": config, **dict.fromkeys(paths, "x")})).tree
    assert set(got) == {path for path in paths if not expected.match_file(path)}
