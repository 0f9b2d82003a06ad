"""What one can ask for: the AI functions, one folder for each kind of work.

A function knows its target (a field, a block, a page) and how to read and write it. Functions reach the rest of the
product through the registry (``pipeline.functions``) and ``pipeline.write``; kinds of work do not know each other, and
nothing here knows who asks (an editor, a command, another program).
"""
