"""The state of circuit breakers, shared by all processes. Only ``api.py`` queries it.

Never here: when a breaker opens and what an open one means (``core.providers.breaker``).
"""
