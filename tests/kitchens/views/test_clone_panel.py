"""The panel that says how to clone a kitchen."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.test import RequestFactory

from tests import factories


def test_the_page_says_how_to_clone_and_to_push_only_where_one_may(db):
    production = factories.make_production()
    request = RequestFactory().get("/", headers={"Host": "127.0.0.1:8000"})
    shown = {"kitchen": production, "may_change": True, "request": request}
    text = render_to_string("kitchens/parts/clone.html", shown)

    assert "git clone --branch main http://127.0.0.1:8000/git/mesh.git" in text
    assert "git push" in text
    production.protected = True
    assert "git push" not in render_to_string("kitchens/parts/clone.html", shown)
