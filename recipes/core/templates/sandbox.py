"""Parsing and rendering: the tree is checked against a short list of what may stand in it, before anything runs."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from recipes.core.templates.filters import FILTERS, FilterError, written

SOURCE_LIMIT = 4_096  # characters of one template
OUTPUT_LIMIT = 64 * 1024
EXPRESSION_LIMIT = 50  # filters, names and constants in one template
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Neg,
    nodes.Filter,
    nodes.Getattr,
    nodes.Getitem,
)
OPENERS = ("{{", "{%", "{#")
WRITE_LIKE_THIS = "Write {{ name }} or {{ name | filter }}."


class TemplateError(ValueError):
    """A template that is not allowed or cannot be rendered; the message is a full sentence."""


class _Environment(ImmutableSandboxedEnvironment):
    """Knows our filters and nothing else; a dot or bracket looks into dictionaries and lists, never at attributes."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, cache_size=0, finalize=written)
        self.globals.clear()
        self.tests.clear()
        self.filters.clear()
        self.filters.update(FILTERS)

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, dict | list | tuple):
            try:
                return obj[argument]
            except (LookupError, TypeError):
                pass
        return self.undefined(obj=obj, name=str(argument))

    def is_safe_callable(self, obj: Any) -> bool:
        return False


_ENVIRONMENT = _Environment()


class _Parsed(NamedTuple):
    template: Any  # of jinja2; renders text
    expression: Any  # set where the template is one {{ expression }} and nothing else
    names: frozenset[str]


def has_template(text: object) -> bool:
    """Say whether this is a text that would be taken for a template."""
    return isinstance(text, str) and any(opener in text for opener in OPENERS)


def names(text: str) -> frozenset[str]:
    """Return the names of the values a template uses; TemplateError where it is not allowed."""
    return _parse(text).names


def render(text: str, values: Mapping[str, Any]) -> str:
    """Return the text with its values filled in; TemplateError, in words, where that cannot be."""
    if not has_template(text):
        return text
    result = _run(text, _parse(text).template.render, values)
    if len(result) > OUTPUT_LIMIT:
        raise TemplateError(f"The template makes more than {OUTPUT_LIMIT // 1024} KB of text.")
    return str(result)


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """Return what a lone `{{ expression }}` stands for, with its type; any other template as its text."""
    if not has_template(text):
        return text
    parsed = _parse(text)
    return _run(text, parsed.expression, values) if parsed.expression else render(text, values)


def _run(text: str, call: Any, values: Mapping[str, Any]) -> Any:
    try:
        return call(dict(values))
    except UndefinedError as error:
        raise TemplateError(f"In {_short(text)}: {str(error).rstrip('.')}.") from error
    except (FilterError, SecurityError) as error:
        raise TemplateError(f"In {_short(text)}: {error}") from error
    except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise TemplateError(f"{_short(text)} cannot be worked out: {error}.") from error


@lru_cache(maxsize=2048)
def _parse(text: str) -> _Parsed:
    if len(text) > SOURCE_LIMIT:
        raise TemplateError(f"A template holds at most {SOURCE_LIMIT} characters.")
    if any(opener in text for opener in ("{%", "{#")):
        raise TemplateError(f"{_short(text)} holds a statement or comment. {WRITE_LIKE_THIS}")
    try:
        tree = _ENVIRONMENT.parse(text)
        _check(text, tree)
        found = frozenset(str(name.name) for name in tree.find_all(nodes.Name))
        return _Parsed(_ENVIRONMENT.from_string(text), _lone_expression(text, tree), found)
    except TemplateSyntaxError as error:
        raise TemplateError(_syntax(text, error)) from error
    except (ValueError, RecursionError, MemoryError, SyntaxError, OverflowError) as error:
        if isinstance(error, TemplateError):
            raise
        raise TemplateError(f"{_short(text)} cannot be read as a template. {WRITE_LIKE_THIS}") from error


def _check(text: str, tree: nodes.Template) -> None:
    """Raise TemplateError unless everything in the tree is on the list."""
    count = 0
    for node in tree.find_all(nodes.Node):
        count += 1
        if not isinstance(node, ALLOWED):
            raise TemplateError(f"{_short(text)} is more than names and filters. {WRITE_LIKE_THIS}")
        if isinstance(node, nodes.Name) and node.name == "self":  # jinja's own name for the template
            raise TemplateError("self is not a value.")
        if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            raise TemplateError(f"{_short(text)} reaches for {node.attr}, which is not a value.")
    if count > EXPRESSION_LIMIT:
        raise TemplateError(f"{_short(text)} holds too many parts.")


def _lone_expression(text: str, tree: nodes.Template) -> Any:
    """Return a function that evaluates the template's one expression; None where text stands around it."""
    outputs = [part for node in tree.body if isinstance(node, nodes.Output) for part in node.nodes]
    if len(outputs) != 1 or isinstance(outputs[0], nodes.TemplateData):
        return None
    inner = text.strip().removeprefix("{{").removesuffix("}}").strip("-+ \n\t")
    run = _ENVIRONMENT.compile_expression(text.strip()[2:-2].strip("+-"), undefined_to_none=False)

    def value(values: dict[str, Any]) -> Any:
        found = run(values)
        if isinstance(found, StrictUndefined):
            raise UndefinedError(f"there is no {inner}")
        return found

    return value


def _syntax(text: str, error: TemplateSyntaxError) -> str:
    message = error.message or "it cannot be read"
    if message.startswith("No filter named"):
        name = message.split("'")[1]
        near = difflib.get_close_matches(name, FILTERS, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(FILTERS)}."
        return f"There is no filter {name}. {hint}"
    return f"{_short(text)} cannot be read as a template: {message.rstrip('.')}. {WRITE_LIKE_THIS}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:80]}…"
