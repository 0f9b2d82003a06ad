"""An app for running sites under test: it makes a worker wait at a named point until it is let go.

Never here: anything a site would install.
"""
