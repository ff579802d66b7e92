import pytest
from django.test import Client

from hub.supervisor import first_start
from kitchens.models import Kitchen, Person


@pytest.mark.django_db
def test_an_empty_hub_gets_production_and_an_admin_whose_password_is_said_once(hub_home, capsys):
    first_start.prepare()

    said = capsys.readouterr().out
    assert Client().login(username="admin", password=said.split()[-1])
    assert Kitchen.objects.get().is_production
    assert Person.objects.get().role == "admin"


@pytest.mark.django_db
def test_a_hub_that_has_both_is_left_alone(hub_home, capsys, django_assert_num_queries):
    first_start.prepare()
    capsys.readouterr()

    with django_assert_num_queries(2):
        first_start.prepare()

    assert capsys.readouterr().out == ""
