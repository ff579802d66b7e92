"""Pages of people, domains and kitchens."""

from django.urls import path

from kitchens.views import datadiff, kitchens, retention, session, settings

urlpatterns = [
    path("login/", session.login, name="login"),
    path("logout/", session.logout, name="logout"),
    path("kitchens/", kitchens.kitchen_list, name="kitchen-list"),
    path("kitchens/new/", kitchens.kitchen_new, name="kitchen-new"),
    path("kitchens/<slug:slug>/", kitchens.kitchen_detail, name="kitchen-detail"),
    path("kitchens/<slug:slug>/extend/", kitchens.kitchen_extend, name="kitchen-extend"),
    path("kitchens/<slug:slug>/retire/", kitchens.kitchen_retire, name="kitchen-retire"),
    path("kitchens/<slug:slug>/restore/", kitchens.kitchen_restore, name="kitchen-restore"),
    path("kitchens/<slug:slug>/clean/", kitchens.kitchen_clean, name="kitchen-clean"),
    path("kitchens/<slug:slug>/diff/", datadiff.kitchen_diff, name="kitchen-diff"),
    path(
        "kitchens/<slug:slug>/diff/<str:dataset>/", datadiff.kitchen_diff_dataset, name="kitchen-diff-dataset"
    ),
    path(
        "kitchens/<slug:slug>/diff/<str:dataset>/numbers/",
        datadiff.kitchen_diff_numbers,
        name="kitchen-diff-numbers",
    ),
    path(
        "kitchens/<slug:slug>/diff/<str:dataset>/rows/", datadiff.kitchen_diff_rows, name="kitchen-diff-rows"
    ),
    path("settings/", settings.settings, name="settings"),
    path("settings/people/", settings.settings_people, name="settings-people"),
    path("settings/people/<str:username>/", settings.person_change, name="person-change"),
    path("settings/tokens/", settings.settings_tokens, name="settings-tokens"),
    path("settings/tokens/<int:pk>/revoke/", settings.token_revoke, name="token-revoke"),
    path("settings/connections/", settings.settings_connections, name="settings-connections"),
    path("settings/connections/<str:name>/try/", settings.connection_try, name="connection-try"),
    path("settings/connections/<str:name>/delete/", settings.connection_delete, name="connection-delete"),
    path("settings/retention/", retention.settings_retention, name="settings-retention"),
    path("settings/retention/preview/", retention.retention_preview, name="retention-preview"),
    path("settings/audit/", settings.settings_audit, name="settings-audit"),
]
