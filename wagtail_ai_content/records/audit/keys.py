"""The keys of the trail, from the settings."""

from __future__ import annotations

from django.conf import settings

from wagtail_ai_content import conf
from wagtail_ai_content.core.audit.chain import Key, Keys


def current() -> Key:
    """The key that seals new entries."""
    return Key.of(conf.get("AUDIT_KEY") or settings.SECRET_KEY)


def known() -> Keys:
    """Every key that may have sealed an entry, by its name."""
    own = [conf.get("AUDIT_KEY")] if conf.get("AUDIT_KEY") else []
    passphrases = (*own, *conf.get("AUDIT_OLD_KEYS"), settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return {key.id: key.secret for key in map(Key.of, passphrases)}
