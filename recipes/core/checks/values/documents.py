"""json_schema: every text is a JSON document that keeps a JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import model_validator
from sqlglot import exp

from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Parameters, Subject
from recipes.core.checks.by_value import SAMPLED, ValueRule, by_value
from recipes.core.checks.families import Family, bare, family
from recipes.core.checks.formats import read_json
from recipes.core.checks.tree import column
from recipes.core.checks.words import cut, near

LONGEST = 200_000  # characters of a schema
DRAFT = "https://json-schema.org/draft/2020-12/schema"


class JsonSchema(Parameters):
    """A column of JSON documents and the schema they must keep."""

    column: str
    """The column, of texts or JSON"""
    shape: dict[str, Any] | None = None
    """The JSON Schema, or"""
    file: str = ""
    """the file of the recipe that holds it"""
    sample: bool = False
    """If there are too many different documents, judge the most frequent ones only"""

    @model_validator(mode="after")
    def _one_of_both(self) -> JsonSchema:
        if (self.shape is None) == (not self.file):
            raise ValueError("give either shape or file.")
        if self.shape is not None and (fault := schema_fault(self.shape)):
            raise ValueError(f"shape: {fault}")
        return self


def schema_fault(schema: Any) -> str:
    """Return what is wrong with a JSON Schema, as a sentence, or nothing."""
    from jsonschema.exceptions import SchemaError  # loaded only where a recipe has this check
    from jsonschema.validators import validator_for

    try:
        length = len(json.dumps(schema))
    except (TypeError, ValueError, RecursionError):
        return "it holds what JSON cannot hold."
    if length > LONGEST:
        return f"it is {length:,} characters long; at most {LONGEST:,} are taken."
    for target in _references(schema):
        if not target.startswith("#"):
            return f"it refers to {cut(target, 80)}; a schema may refer only to parts of itself (#/$defs/…)."
    if not isinstance(schema, dict | bool):
        return "it must be a mapping."
    declared = schema.get("$schema", DRAFT) if isinstance(schema, dict) else DRAFT
    validator = validator_for({"$schema": declared}, default=None)
    if validator is None:
        return f"it is written in {cut(str(declared), 80)}, which is not known; use {DRAFT}."
    try:
        validator.check_schema(schema)
    except SchemaError as wrong:
        return f"{_place(wrong.absolute_path)} is not right: {cut(wrong.message, 160)}."
    except RecursionError:
        return "it is nested too deeply."
    return ""


def _references(schema: Any) -> Iterator[str]:
    """Yield the targets of all references, also of parts that only look like some."""
    left = [schema]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            for key, value in part.items():
                if key in ("$ref", "$dynamicRef", "$recursiveRef") and isinstance(value, str):
                    yield value
                left.append(value)
        elif isinstance(part, list):
            left.extend(part)


def measure(subject: Subject) -> Measurement:
    """Count the rows whose document is no JSON or breaks the schema; the details say where, for each."""
    params: JsonSchema = subject.params
    found = subject.column(params.column)
    operand: exp.Expr = column(found.name)
    if bare(found.type) == "JSON":
        operand = exp.cast(operand, exp.DataType.Type.VARCHAR)
    elif family(found.type) is not Family.TEXT:
        raise CannotMeasureError(
            f"json_schema needs a column of texts or JSON; {found.name} is {found.type}."
        )
    rule = ValueRule(
        found,
        operand,
        _judge(_schema(subject)),
        kept=f"has|have a document in {found.name} that keeps the schema",
        broken=f"has|have a document in {found.name} that breaks the schema",
        sample=params.sample,
    )
    return by_value(subject, rule)


def _schema(subject: Subject) -> Any:
    """Return the schema, from the recipe's file where it stands there."""
    params: JsonSchema = subject.params
    if params.shape is not None:
        return params.shape
    files = subject.context.files
    if params.file not in files:
        raise CannotMeasureError(f"The recipe has no file {params.file}.{near(params.file, files)}")
    try:
        schema = read_json(files[params.file])
    except ValueError as wrong:
        raise CannotMeasureError(f"{params.file} is not JSON: {wrong}.") from wrong
    if fault := schema_fault(schema):
        raise CannotMeasureError(f"{params.file}: {fault}")
    return schema


def _judge(schema: Any) -> Callable[[str], str | None]:
    """Return the function that tells where and by which rule a document breaks the schema first, None if it does not."""
    from jsonschema.validators import validator_for
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import EMPTY_REGISTRY

    # The registry fetches nothing: a schema that asks for another one is an error, not a visit to the network.
    validator = validator_for(schema, default=validator_for({"$schema": DRAFT}))(
        schema, registry=EMPTY_REGISTRY
    )

    def fault_of(text: str) -> str | None:
        try:
            document = read_json(text)
        except ValueError:
            return "is no JSON"
        try:
            errors = sorted(
                validator.iter_errors(document), key=lambda error: list(map(str, error.absolute_path))
            )
        except Unresolvable as lost:
            raise CannotMeasureError(
                f"The schema refers to a part that it does not hold: {lost.ref}."
            ) from lost
        except RecursionError as deep:
            raise CannotMeasureError("The schema refers to itself without end.") from deep
        return f"{_place(errors[0].absolute_path)} breaks {errors[0].validator}" if errors else None

    return fault_of


def _place(path: Any) -> str:
    """Return a path as JSONPath: "$.legs[0].from"."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{cut(str(part), 40)}" for part in path)


JSON_SCHEMA = Check(
    name="json_schema",
    summary="Every document of the column is JSON that keeps a JSON Schema.",
    about="column",
    parameters=JsonSchema,
    measure=measure,
    nulls=("ignore", "fail"),
    fail="> 0",
    document="shape",
    example="{node: load, check: json_schema, column: payload, shape: {type: object, required: [flight, day]}}",
    notes=(
        "The details say for each wrong document where it breaks the schema first and by which rule"
        " (`$.legs[0].from breaks type`), and how many rows break it there.",
        "Drafts 3 to 2020-12; without `$schema` it is 2020-12. References lead to parts of the same schema only;"
        " `format` is a remark and is not checked. A schema takes no `{{ values }}`.",
        f"In all, {SAMPLED}",
    ),
)
