from django.apps import AppConfig


class SortingConfig(AppConfig):
    name = "sorting"
    verbose_name = "投放"
    default_auto_field = "django.db.models.BigAutoField"
