from django.apps import AppConfig


class GuidesConfig(AppConfig):
    name = "guides"
    verbose_name = "督导"
    default_auto_field = "django.db.models.BigAutoField"
