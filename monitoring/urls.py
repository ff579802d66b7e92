"""Pages over all domains."""

from django.urls import path

from monitoring.views import (
    alerts,
    arrivals,
    datasets,
    domains,
    home,
    inbox,
    incidents,
    lineage,
    measures,
    search,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("live/", home.home_live, name="home-live"),
    path("domains/", domains.domain_list, name="domain-list"),
    path("domains/<slug:slug>/", domains.domain_detail, name="domain-detail"),
    path("datasets/", datasets.dataset_list, name="dataset-list"),
    path("datasets/<str:name>/", datasets.dataset_detail, name="dataset-detail"),
    path("datasets/<str:name>/sample/", datasets.dataset_sample, name="dataset-sample"),
    path("lineage/", lineage.lineage, name="lineage"),
    path("measures/", measures.measures, name="measures"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/count/", inbox.inbox_count, name="inbox-count"),
    path("incidents/", incidents.incident_list, name="incident-list"),
    path("incidents/<int:pk>/", incidents.incident_detail, name="incident-detail"),
    path("incidents/<int:pk>/<slug:what>/", incidents.incident_do, name="incident-do"),
    path("arrivals/", arrivals.arrivals, name="arrivals"),
    path("settings/alerts/", alerts.settings_alerts, name="settings-alerts"),
    path("settings/alerts/routes/<int:pk>/delete/", alerts.alert_route_delete, name="alert-route-delete"),
    path("settings/alerts/<slug:name>/", alerts.alert_channel, name="alert-channel"),
    path("settings/alerts/<slug:name>/live/", alerts.alert_channel_live, name="alert-channel-live"),
    path("settings/alerts/<slug:name>/<slug:what>/", alerts.alert_channel_do, name="alert-channel-do"),
    path("search/", search.search, name="search"),
]
