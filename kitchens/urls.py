"""Pages of people, domains and kitchens."""

from django.urls import path

from kitchens.views import (
    datadiff,
    history,
    kitchens,
    making,
    people,
    retention,
    secrets,
    session,
    settings,
    wizard,
)
from kitchens.views.merges import actions as merge_actions
from kitchens.views.merges import requests as merges

urlpatterns = [
    path("login/", session.login, name="login"),
    path("logout/", session.logout, name="logout"),
    path("kitchens/", kitchens.kitchen_list, name="kitchen-list"),
    path("kitchens/new/", wizard.kitchen_new, name="kitchen-new"),
    path("kitchens/new/<int:draft>/name-said/", wizard.kitchen_draft_name, name="kitchen-draft-name"),
    path("kitchens/new/<int:draft>/try/<str:name>/", wizard.kitchen_draft_try, name="kitchen-draft-try"),
    path("kitchens/new/<int:draft>/<slug:step>/", wizard.kitchen_draft, name="kitchen-draft"),
    path("kitchens/<slug:slug>/", kitchens.kitchen_detail, name="kitchen-detail"),
    path("kitchens/<slug:slug>/people/", people.kitchen_people, name="kitchen-people"),
    path("kitchens/<slug:slug>/people/<str:username>/", people.member_change, name="kitchen-member"),
    path("kitchens/<slug:slug>/open/", people.kitchen_open, name="kitchen-open"),
    path("kitchens/<slug:slug>/policy/", people.kitchen_policy, name="kitchen-policy"),
    path("kitchens/<slug:slug>/secrets/", secrets.kitchen_secrets, name="kitchen-secrets"),
    path("kitchens/<slug:slug>/secrets/<str:name>/remove/", secrets.secret_remove, name="secret-remove"),
    path(
        "kitchens/<slug:slug>/connections/<str:name>/<slug:what>/",
        secrets.kitchen_connection,
        name="kitchen-connection",
    ),
    path("kitchens/<slug:slug>/making/", making.kitchen_making, name="kitchen-making"),
    path("kitchens/<slug:slug>/making/<slug:what>/", making.kitchen_making_act, name="kitchen-making-act"),
    path("kitchens/<slug:slug>/extend/", kitchens.kitchen_extend, name="kitchen-extend"),
    path("kitchens/<slug:slug>/retire/", kitchens.kitchen_retire, name="kitchen-retire"),
    path("kitchens/<slug:slug>/history/", history.kitchen_history, name="kitchen-history"),
    path("kitchens/<slug:slug>/history/<int:number>/", history.kitchen_revision, name="kitchen-revision"),
    path("kitchens/<slug:slug>/merge/", merges.merge_new, name="merge-new"),
    path(
        "kitchens/<slug:slug>/rollback/<int:number>/", merge_actions.kitchen_rollback, name="kitchen-rollback"
    ),
    path("merges/", merges.merge_list, name="merge-list"),
    path("merges/<int:pk>/", merges.merge_detail, name="merge-detail"),
    path("merges/<int:pk>/changes/", merges.merge_changes, name="merge-changes"),
    path("merges/<int:pk>/data/", merges.merge_data, name="merge-data"),
    path("merges/<int:pk>/impact/", merges.merge_impact, name="merge-impact"),
    path("merges/<int:pk>/checks/", merges.merge_checks, name="merge-checks"),
    path("merges/<int:pk>/box/", merges.merge_box, name="merge-box"),
    path("merges/<int:pk>/do/<slug:what>/", merge_actions.merge_do, name="merge-do"),
    path("merges/<int:pk>/conflicts/<path:path>/", merge_actions.merge_conflict, name="merge-conflict"),
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
    path("settings/secrets/", secrets.settings_secrets, name="settings-secrets"),
    path("settings/secrets/<str:name>/remove/", secrets.secret_remove, name="settings-secret-remove"),
    path("settings/connections/", settings.settings_connections, name="settings-connections"),
    path("settings/connections/<str:name>/try/", settings.connection_try, name="connection-try"),
    path("settings/connections/<str:name>/delete/", settings.connection_delete, name="connection-delete"),
    path("settings/retention/", retention.settings_retention, name="settings-retention"),
    path("settings/retention/preview/", retention.retention_preview, name="retention-preview"),
    path("settings/audit/", settings.settings_audit, name="settings-audit"),
]
