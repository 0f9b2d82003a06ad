"""How long texts of a known use should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LIMITS: Final[Mapping[str, int]] = {"title": 60, "seo_title": 60, "search_description": 160, "summary": 600}
"""Lengths, in characters, that prompts ask for and texts are judged by."""
