"""Pictures and documents of the island, put into Wagtail's libraries through their own forms."""

from __future__ import annotations

from django import forms
from django.contrib.auth.models import AbstractUser
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.documents import get_document_model
from wagtail.documents.forms import get_document_form
from wagtail.images import get_image_model
from wagtail.images.forms import get_image_form
from wagtail.models import Collection

from . import source
from .scenes import paint


def fill_pictures(user: AbstractUser) -> dict[str, int]:
    """Ids by slug; a picture whose title is there already is not drawn again."""
    return {picture.slug: _picture(picture, user) for picture in source.pictures()}


def fill_documents(user: AbstractUser) -> dict[str, int]:
    """Ids by file name without its ending."""
    return {document.name: _document(document, user) for document in source.documents()}


def _picture(picture: source.Picture, user: AbstractUser) -> int:
    model = get_image_model()
    if existing := model.objects.filter(title=picture.title).first():
        return existing.pk
    drawn = paint(picture.scene, light=picture.light, seed=picture.slug)
    file = SimpleUploadedFile(f"{picture.slug}.jpg", drawn, content_type="image/jpeg")
    data = {"title": picture.title, "description": picture.alt}
    instance = model(uploaded_by_user=user)
    return _saved(get_image_form(model)(_in_root(data), {"file": file}, instance=instance, user=user))


def _document(document: source.Source, user: AbstractUser) -> int:
    model = get_document_model()
    if existing := model.objects.filter(title=document.one("title")).first():
        return existing.pk
    file = SimpleUploadedFile(f"{document.name}.txt", document.body.encode(), content_type="text/plain")
    instance = model(uploaded_by_user=user)
    data = _in_root({"title": document.one("title")})
    return _saved(get_document_form(model)(data, {"file": file}, instance=instance, user=user))


def _in_root(data: dict[str, str]) -> dict[str, str]:
    return data | {"collection": str(Collection.get_first_root_node().pk), "tags": ""}


def _saved(form: forms.ModelForm) -> int:
    if not form.is_valid():
        raise ValueError(form.errors.as_text())
    return form.save().pk
