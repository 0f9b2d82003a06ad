"""The addresses that the open editor asks."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "wagtail_ai_content_editor"
urlpatterns = [
    path("<str:app_label>/<str:model_name>/<str:object_id>/news/", views.news, name="news"),
    path("<str:app_label>/<str:model_name>/<str:object_id>/take/", views.take, name="take"),
]
