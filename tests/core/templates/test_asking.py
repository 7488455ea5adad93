"""What a person is asked, in which order and under which numbers; the terminal itself is tests/cli/test_interactive.py."""

from collections.abc import Iterator
from typing import Any

import pytest

from scaffold.core.templates.asking import Asking
from scaffold.core.templates.copier_yml import read_config
from scaffold.core.templates.engine import Job
from scaffold.core.templates.questionnaire import Answers
from scaffold.tools import prompts
from scaffold.tools.git.trees import File

QUESTIONS = """\
name: {type: str, default: x, help: "What?"}
docker: {type: bool, default: false}
registry: {type: str, default: "", when: "{{ docker }}"}
licence: {type: str, choices: {Free: MIT, Other: BSD}, default: MIT}
slug: {type: str, default: "{{ name }}-slug", validator: "{% if ' ' in slug %}No spaces.{% endif %}"}
year: {type: int, ask: false, default: 2020}
count: {type: int}
"""


class Person:
    """Answers what they have an answer for, and accepts the default of everything else."""

    def __init__(self, **answers: Any) -> None:
        self.answers, self.asked = answers, list[tuple[str, Any]]()

    def text(self, question: str, default: str | None, check: Any, *, multiline: bool = False) -> str:
        return str(self._answer(question, default))

    def choice(self, question: str, choices: Any, default: Any = None) -> Any:
        return self._answer(question, default)

    def several(self, question: str, choices: Any, chosen: Any, check: Any) -> Any:
        answer = self._answer(question, chosen)
        assert check(answer) == ""
        return answer

    def secret(self, question: str, check: Any, enter: str) -> str:
        return str(self._answer(question, enter and ""))

    def yes_or_no(self, question: str, *, default: bool) -> bool:
        return bool(self._answer(question, default))

    def _answer(self, question: str, default: Any) -> Any:
        self.asked.append((question, default))
        return next((value for word, value in self.answers.items() if word in question), default)


@pytest.fixture
def sit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def sit_down(
        person: Person, first: tuple[str, ...] = (), questions: str = QUESTIONS, **more: Any
    ) -> dict[str, Any]:
        for name in ("text", "choice", "several", "secret", "yes_or_no"):
            monkeypatch.setattr(prompts, name, getattr(person, name))
        tree = {"copier.yml": File(questions.encode())}
        config = read_config(tree)
        assert config is not None
        before = more.pop("before", 0)
        return Asking(Job(tree, config, "git+x", "1", "folder"), Answers(**more), first, before).ask()

    return sit_down


def test_all_are_asked_and_numbered_where_a_template_names_no_first_ones(sit: Any) -> None:
    person = Person(count="5")
    typed = sit(person)
    assert [question for question, _ in person.asked] == [
        "1 of 5  What?", "2 of 5  docker (bool)", "3 of 5  licence", "4 of 5  slug", "5 of 5  count (int)",
    ]  # fmt: skip
    assert typed == {"name": "x", "docker": False, "licence": "MIT", "slug": "x-slug", "count": 5}


def test_an_answer_opens_a_later_question_and_changes_a_later_default(sit: Any) -> None:
    person = Person(What="bikes", docker=True, count="1")
    sit(person)
    assert ("3 of 6  registry", "") in person.asked
    assert ("5 of 6  slug", "bikes-slug") in person.asked


def test_the_first_ones_are_asked_and_the_others_offered(sit: Any) -> None:
    person = Person()
    typed = sit(person, ("name", "licence"), before=1)
    assert [question for question, _ in person.asked] == [
        "2 of 3  What?", "3 of 3  licence", "Change any of the other 3 answers (docker, slug, count)?",
    ]  # fmt: skip
    assert typed == {"name": "x", "licence": "MIT"}


def test_who_wants_to_change_the_others_is_asked_them(sit: Any) -> None:
    person = Person(Change=True, slug="mine", count="2")
    typed = sit(person, ("name", "licence"))
    assert [question for question, _ in person.asked[3:]] == ["1 of 3  docker (bool)", "2 of 3  slug", "3 of 3  count (int)"]
    assert typed["slug"] == "mine"


def test_a_remembered_answer_that_does_not_fit_is_asked_again_with_the_default(sit: Any) -> None:
    person = Person()
    remembered = {"name": "y", "docker": False, "licence": "GPL", "slug": "s", "count": 1}
    assert sit(person, remembered=remembered) == {"licence": "MIT"}
    assert person.asked == [("1 of 1  licence", "MIT")]


def test_what_was_given_or_is_remembered_is_not_asked(sit: Any) -> None:
    person = Person()
    typed = sit(person, ("name",), given={"name": "y", "count": 1}, remembered={"docker": True, "licence": "BSD"})
    assert [question for question, _ in person.asked] == ["1 of 2  registry", "2 of 2  slug"]
    assert typed == {"registry": "", "slug": "y-slug"}


HIDDEN = """\
name: {type: str, default: x}
token: {type: str, secret: true, default: t0, validator: "{% if token|length < 2 %}Too short.{% endif %}"}
pin: {type: int, secret: true, default: 0, help: "Which number?"}
parts: {type: str, multiselect: true, choices: [docs, tests, docker], default: [docker, docs]}
none: {type: int, multiselect: true, choices: {One: 1, Two: 2}}
"""


def test_secrets_and_several_choices_are_numbered_with_the_others(sit: Any) -> None:
    person = Person()
    typed = sit(person, questions=HIDDEN)
    assert person.asked == [
        ("1 of 5  name", "x"),
        ("2 of 5  token", ""),
        ("3 of 5  Which number?", ""),
        ("4 of 5  parts", ["docs", "docker"]),
        ("5 of 5  none (int)", []),
    ]
    assert typed == {"name": "x", "token": "t0", "pin": 0, "parts": ["docs", "docker"], "none": []}


def test_what_is_answered_to_them_has_their_types(sit: Any) -> None:
    typed = sit(Person(token="abc", Which="42", parts=["tests"], none=[2, 1]), questions=HIDDEN)
    assert typed == {"name": "x", "token": "abc", "pin": 42, "parts": ["tests"], "none": [1, 2]}
