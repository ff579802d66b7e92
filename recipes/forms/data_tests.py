"""The form of one test: the same object as its lines in recipe.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms

from recipes.core.checks.catalogue import CHECKS
from recipes.core.spec.keys import TEST
from recipes.core.written.fields import Field, Kind, as_typed, fields_of, typed
from recipes.core.written.shelves import SHELVES

PREFIX = "param-"
KEYS = {key.name: key for key in TEST}
PLAIN: dict[str, Any] = {"autocomplete": "off", "spellcheck": "false"}
LIST = 'Separate them by commas or lines; ["a, b", c] for one that holds a comma.'
COLUMNS = ("column", "columns", "by", "partition_by", "key", "order_by", "to_column", "to_columns")
SEVERITIES = [
    ("", "stop: nothing is published"),
    ("warn", "warn: published all the same"),
    ("log", "log: only written down"),
]
NOT_NAMES = ("new", "schedule", ".", "..")


def _choices(name: str, empty: str) -> list[tuple[str, str]]:
    return [("", empty), *((choice, choice) for choice in KEYS[name].choices)]


class TestForm(forms.Form):
    """A test: where it stands, its check with the parameters of that, its limits, and what a fail does."""

    __test__ = False

    name = forms.CharField(max_length=120, label="Name", help_text="What holds, in words: “airports exist”.")
    node = forms.ChoiceField(label="Node", help_text="It runs when this node has done its work.")
    dataset = forms.CharField(
        required=False,
        max_length=121,
        label="Dataset",
        help_text="May be left out where the node writes only one.",
        widget=forms.TextInput({"list": "test-datasets"}),
    )
    check = forms.ChoiceField(label="Check")
    where = forms.CharField(
        required=False, label="Only rows where", help_text="An SQL condition over one row."
    )
    warn = forms.CharField(required=False, max_length=100, label="Warn at", help_text="Such as > 0 or > 1 %.")
    fail = forms.CharField(required=False, max_length=100, label="Fail at", help_text="Such as > 0 or > 1 %.")
    nulls = forms.ChoiceField(required=False, label="A row without a value")
    on_empty = forms.ChoiceField(required=False, label="With nothing to judge")
    severity = forms.ChoiceField(required=False, choices=SEVERITIES, label="A fail")
    description = forms.CharField(
        required=False, label="What it is for", help_text="Shown in the failure report."
    )

    def __init__(
        self,
        data: Any = None,
        *,
        nodes: Sequence[str],
        entry: Mapping[str, Any],
        given: Mapping[str, str] | None = None,
        name: str = "",
    ) -> None:
        self.entry_before = entry
        super().__init__(data, initial={"name": name} | dict(_initial(entry)) | dict(given or {}))
        self.check_name = str((data or self.initial).get("check") or "")
        self.parameters = fields_of(self.check_name)
        self.fields["node"].choices = [("", "choose a node"), *((node, node) for node in nodes)]
        shelves = [(shelf, [(name, name) for name in names]) for shelf, names in SHELVES.items()]
        self.fields["check"].choices = [("", "choose a check"), *shelves]
        known = CHECKS.get(self.check_name)
        policies = known.nulls if known else ()
        usual = f"as usual: {policies[0]}" if policies else "as usual"
        self.fields["nulls"].choices = [("", usual), *((one, one) for one in policies)]
        usual = f"as usual: {known.on_empty}" if known else "as usual"
        self.fields["on_empty"].choices = _choices("on_empty", usual)
        if known and not known.takes_where:
            del self.fields["where"]
        for parameter in self.parameters:
            self.fields[PREFIX + parameter.name] = _field(parameter, self.check_name)
        for field in self.fields.values():
            if isinstance(field.widget, forms.TextInput):
                field.widget.attrs.update(PLAIN)

    @property
    def known(self) -> Any:
        """The definition of the chosen check, or None."""
        return CHECKS.get(self.check_name)

    @property
    def notes(self) -> list[str]:
        return [note.replace("`", "") for note in self.known.notes]

    def parameter_fields(self) -> Iterator[forms.BoundField]:
        for parameter in self.parameters:
            yield self[PREFIX + parameter.name]

    def common_fields(self) -> Iterator[forms.BoundField]:
        for name in ("where", "warn", "fail", "nulls", "on_empty", "severity", "description"):
            if name in self.fields and not (name == "nulls" and len(self.fields["nulls"].choices) == 1):
                yield self[name]

    def clean_name(self) -> str:
        """Refuse what is no test's address: the form of a new one has it."""
        name = str(self.cleaned_data["name"])
        if name in NOT_NAMES:
            raise forms.ValidationError(f"A test cannot be called {name}.")
        return name

    def typed_name(self) -> str:
        return self._text("name")

    def _text(self, field: str) -> str:
        source = self.data if self.is_bound else self.initial
        text = str(source.get(field) or "") if field in self.fields else ""
        return text.replace("\r\n", "\n").strip()

    def entry(self) -> dict[str, Any]:
        """Return the test as recipe.yaml would hold it, of what was typed so far; what is empty is left out.

        A field that holds what it held before gives what the file had, whatever its form there.
        """
        kinds: dict[str, Kind] = {parameter.name: parameter.kind for parameter in self.parameters}
        names = ["node", "check", "dataset", *kinds, "where", "warn", "fail", "nulls", "on_empty", "severity"]
        found = {}
        for name in (*names, "description"):
            field = name if name not in kinds else PREFIX + name
            text = self._text(field)
            kind = kinds.get(name, "text")
            before = self.entry_before.get(name)
            if text:
                found[name] = (
                    before if before is not None and as_typed(kind, before) == text else typed(kind, text)
                )
        return found

    def take_faults(self, faults: Mapping[str, Sequence[str]]) -> None:
        """Put sentences at the fields they are about; `faults` maps keys of the test to them, "" to all others."""
        for key, sentences in faults.items():
            field = key if key in self.fields else PREFIX + key
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)


def _initial(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kinds = {field.name: field.kind for field in fields_of(str(entry.get("check", "")))}
    for key, value in entry.items():
        yield (PREFIX + key if key in kinds else key), as_typed(kinds.get(key, "text"), value)


def _field(parameter: Field, check: str) -> forms.Field:
    plain: dict[str, Any] = {
        "required": parameter.required,
        "error_messages": {"required": f"{check} needs {parameter.name}."},
        "label": parameter.name,
        "help_text": f"{_sentence(parameter.about)} Takes {parameter.takes}.".strip(),
    }
    if parameter.kind in ("choice", "flag"):
        offered = parameter.choices or ("true", "false")
        return forms.ChoiceField(**plain, choices=[("", "as usual"), *((one, one) for one in offered)])
    if parameter.kind == "mapping":
        plain["help_text"] += " One on each line, as name: value."
        return forms.CharField(**plain, widget=forms.Textarea({"rows": 3, "spellcheck": "false"}))
    if parameter.kind in ("texts", "scalars"):
        plain["help_text"] += f" {LIST}"
    if parameter.name in ("sql", "expression", "payload"):
        return forms.CharField(**plain, widget=forms.Textarea({"rows": 3, "spellcheck": "false"}))
    listed = {"list": "test-columns"} if parameter.name in COLUMNS else {}
    return forms.CharField(**plain, widget=forms.TextInput(listed))


def _sentence(about: str) -> str:
    """Return a docstring of a parameter as a sentence: some go on at the next one."""
    text = about.replace("`", "").removesuffix(", or").strip()
    return f"{text[:1].upper()}{text[1:]}{'' if not text or text.endswith('.') else '.'}"
