import pytest

from kitchens.core.provision.masking import copy_sql, effective, masks_in_words
from kitchens.core.stores import open_store
from kitchens.core.stores.base import Column, StoreAddress, StoreError, WriteMode

COLUMNS = (Column("id", "BIGINT"), Column("e-mail", "VARCHAR"), Column("name", "VARCHAR"))
ROWS = [{"id": 1, "e-mail": "a@b", "name": "Ann"}, {"id": 2, "e-mail": None, "name": "Bo"}]
PERSONAL = {"e-mail": "hash", "name": "first_letter", "id": "null", "gone": "drop"}


@pytest.fixture(params=["embedded", "postgresql"])
def session(request, tmp_path):
    place = str(tmp_path) if request.param == "embedded" else request.getfixturevalue("postgres_url")
    with open_store(StoreAddress(request.param, place)).session({}, "a") as session:
        session.stage_rows("shop.people", ROWS, WriteMode(), COLUMNS)
        yield session


def test_personal_columns_are_masked_in_the_store(session):
    sql = copy_sql("shop.people", COLUMNS, personal=PERSONAL, salt="s' alt")

    found = session.query(sql + " ORDER BY name")

    (first, second) = found.rows
    assert (first[0], first[2], second) == (None, "A", (None, None, "B"))
    assert len(first[1]) == 32
    assert [column.name for column in found.columns] == ["id", "e-mail", "name"]
    assert found.columns[0].type == "BIGINT"


def test_a_sample_has_so_many_rows(session):
    assert len(session.query(copy_sql("shop.people", COLUMNS, rows=1)).rows) == 1


def test_only_texts_can_be_hashed_or_cut():
    masks = {"id": "hash", "e-mail": "hash", "name": "drop", "absent": "null"}

    assert effective(COLUMNS, masks) == {"id": "null", "e-mail": "hash", "name": "drop"}


def test_a_copy_needs_a_column():
    with pytest.raises(StoreError, match="no column left"):
        copy_sql("shop.people", COLUMNS[:1], personal={"id": "drop"})


def test_masks_are_said_in_words():
    said = "e-mail hashed, name cut to one letter, id emptied, gone left out"

    assert masks_in_words(PERSONAL) == said
