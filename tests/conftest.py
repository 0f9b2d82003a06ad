"""What tests of every tier may use: the model on loopback."""

from __future__ import annotations

pytest_plugins = ("tests.support.openai_fixture",)
