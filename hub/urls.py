"""Where every page lives."""

from django.urls import URLPattern, URLResolver, include, path

from hub.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("", include("kitchens.urls")),
    path("", include("recipes.urls")),
    path("", include("monitoring.urls")),
]
