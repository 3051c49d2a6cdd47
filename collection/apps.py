from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "collection"
    verbose_name = "清运"
    default_auto_field = "django.db.models.BigAutoField"
