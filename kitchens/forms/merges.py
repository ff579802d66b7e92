"""Forms of merges: opening a request, and going back to an earlier revision."""

from __future__ import annotations

from typing import Any

from django import forms

from kitchens.models import MergeRequest


class MergeForm(forms.Form):
    """What a merge request is called and why it should be merged."""

    title = forms.CharField(
        max_length=120, label="What it does", help_text="In a few words, as others will read it in lists."
    )
    intent = forms.CharField(
        required=False,
        max_length=10_000,
        label="Why, and what to look at",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The team behind the target reads this first.",
    )
    mends = forms.ModelChoiceField(
        queryset=MergeRequest.objects.none(),
        required=False,
        empty_label="nothing: it was planned",
        label="Mends what this merge broke",
        help_text="Counts as rework in the cycle time.",
    )

    def __init__(self, *args: Any, earlier: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if earlier is not None:
            self.fields["mends"].queryset = earlier


class RollBackForm(forms.Form):
    """Why a kitchen goes back."""

    note = forms.CharField(
        max_length=300,
        label="Why",
        help_text="Stands in the history of the kitchen and at the merge that is undone.",
    )
    settings = forms.BooleanField(
        required=False,
        label="Also go back to the overrides of that revision",
        help_text="Else the newest ones stay.",
    )
