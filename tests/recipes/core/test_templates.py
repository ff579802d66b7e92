"""Templates: names and filters, and nothing an attacker could use."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.core.templates import FILTERS, TemplateError, evaluate, has_template, names, render

VALUES = {
    "day": date(2001, 1, 31),
    "moment": datetime(2001, 1, 31, 10, 30, tzinfo=UTC),
    "count": 5,
    "share": 0.25,
    "on": True,
    "word": " Sea ",
    "parts": ["b", "a"],
    "settings": {"limit": 7, "items": "x"},
    "nothing": None,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ count }}", 5),
        ("{{- count -}}", 5),
        ("{{ day }}", date(2001, 1, 31)),
        ("{{ day | add_days(-31) }}", date(2000, 12, 31)),
        ("{{ day | add_months(1) }}", date(2001, 2, 28)),
        ("{{ day | add_months(-12) | first_of_month }}", date(2000, 1, 1)),
        ("{{ day | add_months(13) | last_of_month }}", date(2002, 2, 28)),
        ("{{ moment | add_hours(14) | date }}", date(2001, 2, 1)),
        ("{{ day | format('%Y%m%d') }}", "20010131"),
        ("flights-{{ day | format('%Y/%m') }}.csv", "flights-2001/01.csv"),
        ("{{ parts | join('-') }}", "b-a"),
        ("{{ parts | first }}{{ parts | last }}{{ parts | length }}", "ba2"),
        ("{{ settings.limit }}", 7),
        ("{{ settings['items'] }}", "x"),
        ("{{ parts[1] }}", "a"),
        ("{{ word | trim | upper | replace('E', '_') }}", "S_A"),
        ("{{ share | times(100) | round }}", 25),
        ("{{ count | plus(-7) }}", -2),
        ("{{ nothing | default('none') }}", "none"),
        ("{{ '12' | integer }}", 12),
        ("{{ on }}/{{ day }}/{{ moment }}", "true/2001-01-31/2001-01-31T10:30:00+00:00"),
        ("no template", "no template"),
    ],
)
def test_names_and_filters_give_typed_results(text, expected):
    assert evaluate(text, VALUES) == expected


ATTACKS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ word.__class__ }}",
    "{{ word['__class__'] }}",
    "{{ (word|upper).__init__.__globals__ }}",
    "{{ day.__reduce__ }}",
    "{{ day.year }}",
    "{{ word.format }}",
    "{{ settings.pop }}",
    "{{ settings.items() }}",
    "{{ word.upper() }}",
    "{{ range(10 ** 9) }}",
    "{{ range }}",
    "{{ lipsum() }}",
    "{{ cycler }}",
    "{{ joiner() }}",
    "{{ namespace() }}",
    "{{ self }}",
    "{{ self.__init__ }}",
    "{{ dict() }}",
    "{{ caller }}",
    "{{ loop }}",
    "{{ varargs }}",
    "{{ _private }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ [1] * 1000000000 }}",
    "{{ 1 / 0 }}",
    "{{ 'a' ~ 'b' }}",
    "{{ count if count else 1 }}",
    "{{ count is defined }}",
    "{{ word | attr('__class__') }}",
    "{{ word | format(1) }}",
    "{{ '%1000000000d' | format(1) }}",
    "{{ day | format('%1000000000Y') }}",
    "{{ word | center(1000000000) }}",
    "{{ word | indent(1000000000) }}",
    "{{ parts | map('upper') }}",
    "{{ parts | batch(1000000) }}",
    "{{ settings | pprint }}",
    "{{ settings | tojson }}",
    "{{ day | add_days(10 ** 12) }}",
    "{{ day | add_days(9999999) }}",
    "{{ day | add_months(9999999) }}",
    "{{ day | add_days(count) | add_days('x') }}",
    "{{ share | times(1e300) | times(1e300) }}",
    "{{ share | round(1000000) }}",
    "{{ word | replace('', 'x') }}",
    "{% for x in parts %}{{ x }}{% endfor %}",
    "{% set x = 1 %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% raw %}{{ count }}{% endraw %}",
    "{# hidden #}",
    "{{ count",
    "{{ }}",
    "{{ 'a }}",
    "{{ count | nope }}",
    "{{ unknown }}",
    "{{ settings.unknown }}",
    "{{ parts }} and more",
    "{{ nothing }} and more",
    "{{" + "(" * 2000 + "}}",
    "{{ " + "-" * 3000 + "1 }}",
    "{{ " + "9" * 5000 + " }}",
    "{{ count" + " | plus(1)" * 300 + " }}",
    "{{ settings" + ".x" * 1500 + " }}",
    "{{ " + "word[" * 500 + "0" + "]" * 500 + " }}",
    "x" * 5000 + "{{ count }}",
]


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_anything_else_is_refused_at_once_and_in_words(text):
    start = time.perf_counter()

    for action in (evaluate, render):
        with pytest.raises(TemplateError) as caught:
            action(text, VALUES)
        assert len(str(caught.value)) < 600

    assert time.perf_counter() - start < 5


def test_repeated_replacing_cannot_grow_without_bound():
    text = "{{ word" + " | replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')" * 15 + " }}"

    with pytest.raises(TemplateError, match="bounded length"):
        evaluate(text, VALUES)


def test_a_misspelt_filter_is_answered_with_what_was_meant():
    with pytest.raises(TemplateError, match="Did you mean add_days"):
        names("{{ day | ad_days(1) }}")


def test_the_names_of_a_template_are_known_before_it_is_rendered():
    assert names("{{ day | add_days(count) }} {{ settings.limit }}") == {"day", "count", "settings"}
    assert names("plain") == frozenset()


@pytest.mark.parametrize("raw", [1, None, "plain", "a } b", ["{{ x }}"]])
def test_only_texts_with_braces_are_templates(raw):
    assert not has_template(raw)


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=60)
def test_no_text_makes_it_do_anything_but_render_or_refuse(text):
    for candidate in (text, f"{{{{ {text} }}}}", f"{{{{ word | {text} }}}}"):
        try:
            result = render(candidate, VALUES)
        except TemplateError:
            continue
        assert isinstance(result, str)


@given(
    st.sampled_from(sorted(FILTERS)),
    st.one_of(st.none(), st.text(max_size=9), st.integers(), st.floats(), st.booleans()),
    st.one_of(st.text(max_size=9), st.integers()),
)
@settings(deadline=None, max_examples=60)
def test_a_filter_gives_a_value_or_a_sentence_for_any_input(name, value, argument):
    for text in (f"{{{{ x | {name} }}}}", f"{{{{ x | {name}(y) }}}}", f"{{{{ x | {name}(y, y) }}}}"):
        with suppress(TemplateError):
            evaluate(text, {"x": value, "y": argument})
