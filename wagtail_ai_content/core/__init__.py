"""How to think: values in, values out.

Here live the contracts (provider, function), the engine that walks one request through its phases, the prompt
sandbox, the gates every reply passes, and the error tree.

Never here: Django, Wagtail, settings, a clock of its own, a database. What the code needs from outside comes as an
argument: a value, a clock, a port. The unit tests of this package run with Django not configured.
"""
