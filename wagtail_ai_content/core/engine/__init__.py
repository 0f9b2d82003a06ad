"""One request, six phases: the function contract, the engine that walks it, and the gate its reply must pass.

Never here: how a job is stored, queued or written back (``pipeline``), what a function does (``features``).
"""
