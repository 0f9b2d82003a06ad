"""From one request to one result: the floor that knows both the engine and the tables.

``submit`` takes a request, ``queue`` rings the bell (and is the only importer of django_q), ``drain`` claims jobs and
runs many at once, ``run`` walks one of them, ``build`` makes the request for the model, ``write`` puts the result on
the page, ``recover`` takes care of whatever died on the way.

Never here: what a function asks for (``features``, reached through the registry in ``functions``), a view, a template.
"""
