import socket
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from hub.common.errors import InvalidError, MissingError, NotAllowedError
from kitchens.actions import connections, kitchens
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import AuditEntry, Connection, Secret
from kitchens.queries import connections as queries
from kitchens.queries.secrets import secret_names, values_for_kitchen

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
GOOD = {"host": "db.example.org", "database": "dwh", "user": "reader"}
CANARY = "canary-9b1c-password"


@pytest.fixture
def production(db, hub_home):
    return kitchens.create_production(by=THE_HUB, now=NOW)


@pytest.fixture
def kitchen(production):
    return kitchens.create_kitchen(
        name="late-flights", parent=production, ends_on=None, tier="canary", by=THE_HUB, now=NOW
    )


def save(settings=GOOD, password=CANARY, **more):
    return connections.save_connection(
        name="warehouse", settings=settings, password=password, by=THE_HUB, now=NOW, **more
    )


def test_the_engine_gets_the_password_and_nobody_else_does(production, caplog):
    connection = save(read_only=False)

    assert queries.for_kitchen(production)["warehouse"]["password"] == CANARY
    seen = [repr(connection), str(connection.__dict__), str(list(AuditEntry.objects.values())), caplog.text]
    assert not any(CANARY in text for text in seen)
    assert not any(CANARY.encode() in bytes(s.ciphertext) for s in Secret.objects.all())


def test_below_production_the_hubs_connections_are_read_only_and_a_kitchens_own_are_not(production, kitchen):
    save(read_only=False)
    assert queries.for_kitchen(production)["warehouse"]["read_only"] is False
    assert queries.for_kitchen(kitchen)["warehouse"]["read_only"] is True

    save({**GOOD, "host": "own.example.org"}, kitchen=kitchen, read_only=False)
    own = queries.for_kitchen(kitchen)["warehouse"]
    assert (own["host"], own["read_only"]) == ("own.example.org", False)
    assert queries.for_kitchen(production)["warehouse"]["host"] == "db.example.org"


def test_the_engine_may_ask_for_some_names_only(production):
    save()

    assert queries.for_kitchen(production, []) == {}
    assert set(queries.for_kitchen(production, ["warehouse", "other"])) == {"warehouse"}


def test_a_kept_password_is_not_sent_to_another_place(production):
    save()

    for changed in ({"host": "evil.example.org"}, {"port": 6432}, {"user": "x"}, {"sslmode": "disable"}):
        with pytest.raises(InvalidError, match="given again") as caught:
            save({**GOOD, **changed}, password=None)
        assert caught.value.field == "password"

    assert save(password=None, max_parallel=4).max_parallel == 4
    assert queries.for_kitchen(production)["warehouse"]["password"] == CANARY


def test_passwords_of_connections_are_not_among_the_secrets_of_nodes(production):
    save()

    assert values_for_kitchen(production) == {}
    assert not secret_names().exists()


def test_a_deleted_connection_takes_its_password_along(production):
    connections.delete_connection(save(), by=THE_HUB, now=NOW)

    assert not Secret.objects.exists()
    with pytest.raises(MissingError, match="no connection"):
        queries.get_connection("warehouse", production)


def test_a_developer_changes_no_connections(production):
    connection = save()
    dee = Actor(None, "Dee", "developer")

    for act in (
        lambda: connections.save_connection(name="x", settings=GOOD, by=dee, now=NOW),
        lambda: connections.probe_connection(connection, by=dee, now=NOW),
        lambda: connections.delete_connection(connection, by=dee, now=NOW),
    ):
        with pytest.raises(NotAllowedError):
            act()


@pytest.mark.parametrize("wrong", [{"name": "Ware house"}, {"kind": "oracle"}, {"max_parallel": 0}])
def test_a_wrong_field_is_named(production, wrong):
    with pytest.raises(InvalidError) as caught:
        connections.save_connection(
            **({"name": "warehouse", "settings": GOOD, "by": THE_HUB, "now": NOW} | wrong)
        )

    assert caught.value.field == next(iter(wrong))


def test_a_server_that_is_not_there_is_said_in_words(production):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    tried = connections.probe_connection(
        save({**GOOD, "host": "127.0.0.1", "port": port}), by=THE_HUB, now=NOW
    )

    assert tried.test_ok is False
    assert "refused" in tried.test_message
    assert CANARY not in tried.test_message
    assert Connection.objects.get().tested_at == NOW


@pytest.mark.postgres
def test_a_server_that_answers_says_its_version(production, postgres_url):
    parts = urlsplit(postgres_url)
    settings = {
        "host": parts.hostname, "port": parts.port or 5432, "database": parts.path[1:], "user": parts.username or "postgres",
    }  # fmt: skip

    tried = connections.probe_connection(
        save(settings, password=parts.password or "none"), by=THE_HUB, now=NOW
    )

    assert (tried.test_ok, tried.test_message[:11]) == (True, "PostgreSQL "), tried.test_message
