"""The back office shows no API tokens: they are made and ended by their owners, through the API."""

from django.contrib import admin
from knox.models import AuthToken

admin.site.unregister(AuthToken)
