"""Pages of recipes, orders and runs."""

from django.urls import path

from recipes.views import nodes, recipes, run_lists, runs

urlpatterns = [
    path("recipes/", recipes.recipe_list, name="recipe-list"),
    path("recipes/<slug:kitchen>/<slug:domain>/<slug:name>/", recipes.recipe_detail, name="recipe-detail"),
    path("runs/", run_lists.run_list, name="run-list"),
    path("runs/<int:pk>/", runs.run_detail, name="run-detail"),
    path("runs/<int:pk>/live/<slug:part>/", runs.run_live, name="run-live"),
    path("runs/<int:pk>/nodes/<str:node>/", nodes.node_detail, name="node-detail"),
    path("runs/<int:pk>/nodes/<str:node>/log/", nodes.node_log, name="node-log"),
    path("runs/<int:pk>/tests/<int:result>/", nodes.result_detail, name="result-detail"),
]
