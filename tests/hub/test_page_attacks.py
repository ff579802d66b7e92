"""What an attacker would try on the pages, and what comes back."""

import logging
import stat
from datetime import timedelta

import pytest
from django.test import Client

from hub.common import env
from kitchens.actions import kitchens
from kitchens.core.roles import THE_HUB
from tests.hub.conftest import NOW, PASSWORD

HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{ 7 }}"


@pytest.mark.parametrize("page", ["/", "/runs/", "/settings/people/", "/settings/tokens/", "/login/"])
def test_no_cache_keeps_a_page(production, session, page):
    answer = session().get(page, follow=True)

    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "DENY"
    assert "script-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("page", ["/?kitchen=%00", "/runs/?domain=%00", "/datasets/a%00b/", "/search/?q=%00"])
def test_null_characters_do_not_reach_the_database(production, session, page):
    assert session().get(page).status_code == 400


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "http:evil"],
)
def test_signing_in_leads_to_no_other_site(production, person, wanted):
    person("viewer")
    given = {"username": "viewer", "password": PASSWORD, "next": wanted}

    assert Client().post("/login/", given)["Location"] == "/"


def test_texts_of_people_are_shown_as_texts(production, session):
    kitchens.create_kitchen(
        name="sandbox",
        parent=production,
        ends_on=NOW.date() + timedelta(days=7),
        title=HOSTILE[:120],
        by=THE_HUB,
        now=NOW,
    )
    client = session()

    for page in ("/kitchens/", "/kitchens/sandbox/", "/?kitchen=sandbox", "/search/?q=%3Cimg+src%3Dx%3E"):
        text = client.get(page).content.decode()
        assert "<img src=x" not in text
        assert "<script>" not in text


def test_a_path_cannot_write_lines_of_its_own_into_the_log(production, token, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("kitchens.queries.kitchens.get_kitchen", broken)
    with caplog.at_level(logging.ERROR, logger="hub.api"):
        token().get("/api/v1/kitchens/a%0Aforged")

    assert caplog.records
    assert "\nforged" not in caplog.records[0].getMessage()


def test_the_folder_of_the_hub_is_for_its_own_user_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    env.kept_secret("SECRET_KEY", tmp_path / "home" / "django.key")

    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
