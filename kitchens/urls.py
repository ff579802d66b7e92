"""Pages of people, domains and kitchens."""

from django.urls import path

from kitchens.views import session

urlpatterns = [
    path("login/", session.login, name="login"),
    path("logout/", session.logout, name="logout"),
]
