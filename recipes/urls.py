"""Pages of recipes, orders and runs."""

from django.urls import path

from recipes.views import (
    candidates,
    data_tests,
    edit,
    git,
    nodes,
    orders,
    recipes,
    run_actions,
    run_lists,
    runs,
    tests,
    values,
    workers,
)

RECIPE = "<slug:kitchen>/<slug:domain>/<slug:name>/"

urlpatterns = [
    path("git/mesh.git/<path:path>", git.git_mesh, name="git-mesh"),
    path("kitchens/<slug:slug>/values/", values.kitchen_values, name="kitchen-values"),
    path("recipes/", recipes.recipe_list, name="recipe-list"),
    path("recipes/new/", edit.recipe_new, name="recipe-new"),
    path("recipes/datasets/", edit.dataset_names, name="dataset-names"),
    path(f"recipes/{RECIPE}", recipes.recipe_detail, name="recipe-detail"),
    path(f"recipes/{RECIPE}files/", recipes.recipe_file, name="recipe-files"),
    path(f"recipes/{RECIPE}files/<path:file>", recipes.recipe_file, name="recipe-file"),
    path(f"recipes/{RECIPE}edit/<path:file>", edit.recipe_edit, name="recipe-edit"),
    path(f"recipes/{RECIPE}check/", edit.recipe_check, name="recipe-check"),
    path(f"recipes/{RECIPE}history/", recipes.recipe_history, name="recipe-history"),
    path(f"recipes/{RECIPE}tests/new/", data_tests.data_test, name="data-test-new"),
    path(f"recipes/{RECIPE}tests/<str:test>/", data_tests.data_test, name="data-test"),
    path(f"recipes/{RECIPE}<slug:variation>/schedule/", recipes.schedule_pause, name="schedule-pause"),
    path(f"orders/new/{RECIPE}<slug:variation>/", orders.order_new, name="order-new"),
    path("runs/", run_lists.run_list, name="run-list"),
    path("runs/<int:pk>/", runs.run_detail, name="run-detail"),
    path("runs/<int:pk>/tests/", runs.run_tests, name="run-tests"),
    path("runs/<int:pk>/data/", runs.run_data, name="run-data"),
    path("runs/<int:pk>/data/<str:dataset>/sample/", runs.run_sample, name="run-sample"),
    path("runs/<int:pk>/values/", runs.run_values, name="run-values"),
    path("runs/<int:pk>/log/", runs.run_log, name="run-log"),
    path("runs/<int:pk>/live/<slug:part>/", runs.run_live, name="run-live"),
    path("tests/", tests.test_list, name="test-list"),
    path("runs/<int:pk>/cancel/", run_actions.run_cancel, name="run-cancel"),
    path("runs/<int:pk>/again/", run_actions.run_again, name="run-again"),
    path("runs/<int:pk>/resume/", run_actions.run_resume, name="run-resume"),
    path("runs/<int:pk>/tests/<int:result>/", nodes.result_detail, name="result-detail"),
    path("runs/<int:pk>/tests/<int:result>/mark/", run_actions.result_mark, name="result-mark"),
    path("runs/<int:pk>/nodes/<str:node>/", nodes.node_detail, name="node-detail"),
    path("runs/<int:pk>/nodes/<str:node>/log/", nodes.node_log, name="node-log"),
    path("runs/<int:pk>/nodes/<str:node>/retry/", run_actions.node_retry, name="node-retry"),
    path("merges/<int:pk>/candidate/", candidates.merge_candidate, name="merge-candidate"),
    path("settings/workers/", workers.settings_workers, name="settings-workers"),
    path("settings/workers/live/", workers.settings_workers_live, name="settings-workers-live"),
]
