"""The gate that every image a provider gives has to pass: taken apart, limited, drawn anew, marked as made by AI.

Taking apart (``containers.py``) is plain Python. ``pixels.py`` is the only file of the product that imports Pillow, and
nothing here imports it before the first image.

Never here: where an image comes from, or where it is kept.
"""
