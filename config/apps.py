from django.apps import AppConfig

from config import checks as _checks  # noqa: F401  importing it registers the start-up checks


class StartUpConfig(AppConfig):
    name = "config"
    verbose_name = "设置"
