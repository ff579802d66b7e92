"""A canary: a secret is set, used and shouted about by a node; nothing that the API or the database says holds it."""

from django.apps import apps

from kitchens.actions.secrets import set_secret
from kitchens.core.roles import THE_HUB

CANARY = "canary-5e1f-secret-value"
RECIPE = {
    "recipe.yaml": """
        nodes:
          shout: {kind: python, file: shout.py, writes: flights.loud}
        variations:
          production: {}
    """,
    "shout.py": """
        def run(context):
            secret = context.secret("API_KEY")
            print("the secret is", secret, len(secret))
            context.log("again " + secret)
            raise RuntimeError("cannot reach https://user:" + secret + "@example.org")
    """,
}


def test_a_secret_that_a_node_shouts_about_is_heard_by_nobody(mesh, asking):
    set_secret(name="API_KEY", value=CANARY, by=THE_HUB, now=mesh.now)
    mesh.write("shout", RECIPE)
    api = asking()

    run = mesh.run("shout")

    assert run.status == "failed"
    answers = ""
    for path in ("", "/nodes", "/nodes/shout", "/nodes/shout/log", "/tests", "/values"):
        answer = api.get(f"/api/v1/runs/{run.pk}{path}")
        assert answer.status_code == 200
        answers += answer.content.decode()
    assert "the secret is" in answers
    assert f"{len(CANARY)}" in answers
    assert CANARY not in answers
    kept = "".join(
        str(list(model.objects.values()))
        for model in apps.get_models()
        if model._meta.app_label in {"kitchens", "recipes"}
    )
    assert "again" in answers
    assert CANARY not in kept
