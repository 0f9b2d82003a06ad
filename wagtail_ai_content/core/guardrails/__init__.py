"""What no answer of a model gets past: markup, links and blocks that were not asked for.

Never here: what a site's own moderation rules say (``records``), how a field's features narrow the markup further
(Wagtail's converters, above ``core``).
"""
