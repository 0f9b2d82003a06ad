"""The contract with whatever answers a request, the adapters behind it, and the wrappers around it.

A wrapper (failover, breaker, cache, pricing) implements the contract it wraps. ``litellm.py`` is the only file of the
product that imports litellm, and nothing here imports it before the first call.

Never here: settings, tables, prompts, a retry loop (the job's row decides about retries), a provider's own words in
an error.
"""
