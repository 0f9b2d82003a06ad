"""The addresses that the open editor asks."""

from __future__ import annotations

from django.urls import path

from . import generation, layout, opened, panel_tabs, panel_writing, views

app_name = "wagtail_ai_content_editor"
urlpatterns = [
    path("open/", opened.opened, name="open"),
    path("generate/", generation.generate, name="generate"),
    path("jobs/<uuid:job_id>/", generation.job, name="job"),
    path("jobs/<uuid:job_id>/cancel/", generation.cancel, name="cancel"),
    path("preview/", panel_writing.look, name="preview"),
    path("panel/write/", panel_writing.write, name="panel_write"),
    path("panel/dismiss/", panel_tabs.dismiss, name="panel_dismiss"),
    path("panel/<str:name>/", panel_tabs.tab, name="panel"),
    path("layout/<uuid:job_id>/<int:number>/", layout.preview, name="layout"),
    path("layout/<uuid:job_id>/<int:number>/states/", layout.states, name="layout_states"),
    path("<str:app_label>/<str:model_name>/<str:object_id>/news/", views.news, name="news"),
    path("<str:app_label>/<str:model_name>/<str:object_id>/take/", views.take, name="take"),
]
