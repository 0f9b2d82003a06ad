"""Parts a test needs from the machine: where one is missing the test says so, and fails where it was required."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(name: str, message: str) -> NoReturn:
    """Skip for want of ``name`` (e.g. "postgres"), or fail where ``REQUIRE_<NAME>`` is set, as in CI."""
    if os.environ.get(f"REQUIRE_{name.upper()}"):
        pytest.fail(f"{message} It is required here (REQUIRE_{name.upper()} is set).", pytrace=False)
    pytest.skip(message)
