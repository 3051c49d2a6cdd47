"""The smallest Django REST framework view that checks a drop-off and inserts it as one row; no middleware, no log-in.

A WSGI application of its own, `bench.drf_view:application`, beside which bench ingest holds single drop-offs.
"""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.conf import settings

django.setup()
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = "bench.drf_view"

from django.core.handlers.wsgi import WSGIHandler
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sorting.categories import WasteCategory
from sorting.models import DropOff, Method


class DropOffSerializer(serializers.Serializer[Any]):
    """The fields of one event."""

    event_id = serializers.CharField(max_length=64)
    sequence = serializers.IntegerField()
    card = serializers.CharField(max_length=200)
    method = serializers.ChoiceField(choices=Method.choices)
    category = serializers.ChoiceField(choices=WasteCategory.choices)
    weight_g = serializers.IntegerField(min_value=1, max_value=50_000)
    occurred_at = serializers.DateTimeField()
    fill_rate = serializers.FloatField(min_value=0, max_value=1)


class InsertOne(APIView):
    """Insert one row with the ORM."""

    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        """One event in, its key out."""
        serializer = DropOffSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        row = DropOff.objects.create(
            batch_id=1,
            bin_id=1,
            community_id=1,
            card_key=sent["card"].lower(),
            occurred_on=timezone.localdate(sent["occurred_at"]),
            is_in_window=True,
            **sent,
        )
        return Response({"id": row.pk})


urlpatterns = [path("", InsertOne.as_view())]
application = WSGIHandler()
