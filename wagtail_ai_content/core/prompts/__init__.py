"""Prompt templates: what they may contain, how they are rendered, where the shipped ones are.

``template`` is the door: check a prompt, render it to messages. ``sandbox`` is the only file of the product that
imports jinja2, and it is imported only when a template is first checked or rendered.

Never here: which prompt a site uses (``records.prompts``), and anything but plain data as the value of a variable.
"""
