"""A Django process of the example site that runs snippets sent to it, one JSON line each.

In: ``{"code": "...", "given": {...}}``; the snippet sees ``given``'s names and sets ``out``.
Out: ``{"out": ...}`` or ``{"error": "..."}``.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    print(json.dumps({"out": "ready"}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line)), default=str), flush=True)


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    from django.db import close_old_connections

    close_old_connections()
    names: dict[str, Any] = {**asked["given"], "out": None}
    try:
        exec(asked["code"], names)
    except Exception:  # noqa: BLE001  # whatever it is, the test shall see it
        return {"error": traceback.format_exc()}
    return {"out": names["out"]}


if __name__ == "__main__":
    main()
