from django.apps import AppConfig


class SortingConfig(AppConfig):
    name = "sorting"
    default_auto_field = "django.db.models.BigAutoField"
