"""How the example site is set up: settings, URLs, ASGI and WSGI. No pages and no content.

Whoever starts the site (``manage.py``, a web server, a worker, a type checker) imports this package first. So this is
the place that makes a checkout usable without ``pip install``: the folder above is put on the path if, and only if,
the app is not installed.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

if importlib.util.find_spec("wagtail_ai_content") is None:
    sys.path.append(str(Path(__file__).resolve().parents[2]))
