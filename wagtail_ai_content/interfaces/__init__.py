"""How one asks and sees: each package here can be deleted and the product still works from a shell.

Siblings do not know each other. Never here: a decision about content, rights or money; those live below.
"""
