from django.apps import AppConfig


class KitchensConfig(AppConfig):
    name = "kitchens"
    verbose_name = "People, domains, kitchens, revisions and data"
