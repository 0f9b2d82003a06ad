"""What a template may say: the check of its parsed form, before anything is rendered.

Works on the parsed elements by their names, so that it needs no import of the template engine.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from ..text import gettext_noop
from . import limits, words
from .problems import Problem

ALLOWED = frozenset({
    "Template", "Output", "TemplateData", "Const", "Name", "Getattr", "Getitem", "Slice", "Filter", "Test",
    "Call", "Keyword", "Pair", "Dict", "List", "Tuple", "Concat", "CondExpr", "Compare", "Operand", "And", "Or",
    "Not", "Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Neg", "Pos", "If", "For", "Assign", "With",
})  # fmt: skip

TAGS = {
    "Include": "include", "Import": "import", "FromImport": "from", "Extends": "extends", "Block": "block",
    "Macro": "macro", "CallBlock": "call", "AssignBlock": "set … endset", "FilterBlock": "filter",
    "Scope": "autoescape", "NSRef": "set with a dot", "Pow": "**",
}  # fmt: skip
"""What people write for the elements that are refused most often."""

TOO_DEEP = gettext_noop("it is nested too deep (loops at most %(loops)s, everything at most %(depth)s)")
TOO_LARGE = gettext_noop("it uses a number larger than %(most)s")

_CLOSING = re.compile(r"</\s*([A-Za-z][\w.:-]*)")
_OPENING = re.compile(r"<\s*([A-Za-z][\w.:-]*)")


def check_tree(tree: Any, *, variables: Collection[str], partials: Collection[str]) -> None:
    """Refuse what a prompt may not contain. Raises: ``Problem``."""
    called: set[int] = set()
    for count, (node, depth, loops) in enumerate(_walk(tree), start=1):
        line = getattr(node, "lineno", 0)
        if count > limits.NODES:
            raise Problem(gettext_noop("it has more than %(most)s elements"), line=line, most=limits.NODES)
        if depth > limits.DEPTH or loops > limits.LOOPS:
            raise Problem(
                TOO_DEEP,
                line=line, loops=limits.LOOPS, depth=limits.DEPTH,
            )  # fmt: skip
        _check_node(node, line=line, partials=partials)
        if type(node).__name__ == "Call":
            called.add(id(node.node))
        elif getattr(node, "name", "") in words.CALLABLE_NAMES and id(node) not in called:
            raise Problem(gettext_noop("“%(name)s” cannot be used as a name"), line=line, name=node.name)
    _check_tags(tree)


def unknown_variable(name: str, *, line: int, known: Collection[str]) -> Problem:
    return Problem(
        gettext_noop("there is no variable “%(variable)s”; there are: %(known)s"),
        line=line, variable=name, known=", ".join(sorted(known)) or "–",
    )  # fmt: skip


def _walk(tree: Any) -> Iterator[tuple[Any, int, int]]:
    """Every element with its depth and the number of loops around it (itself included), in the order of the text."""
    stack = [(tree, 0, 0)]
    while stack:
        node, depth, loops = stack.pop()
        loops += type(node).__name__ == "For"
        yield node, depth, loops
        stack.extend((child, depth + 1, loops) for child in reversed(list(node.iter_child_nodes())))


def _check_node(node: Any, *, line: int, partials: Collection[str]) -> None:
    kind = type(node).__name__
    if kind not in ALLOWED:
        tag = TAGS.get(kind, kind.lower())
        raise Problem(gettext_noop("“%(tag)s” is not available in prompts"), line=line, tag=tag)
    check = _CHECKS.get(kind)
    if check:
        check(node, line)
    if kind == "Call" and getattr(node.node, "name", "") == "partial":
        _check_partial(node, line=line, partials=partials)


def _check_name(node: Any, line: int) -> None:
    if node.name.startswith("__") or (node.ctx != "load" and node.name in words.RESERVED_NAMES):
        raise Problem(gettext_noop("“%(name)s” cannot be used as a name"), line=line, name=node.name)
    if node.name in words.RESERVED_NAMES - words.CALLABLE_NAMES - {"loop"}:
        raise Problem(gettext_noop("“%(name)s” is not available in prompts"), line=line, name=node.name)


def _check_const(node: Any, line: int) -> None:
    if isinstance(node.value, (int, float)) and not abs(node.value) <= limits.NUMBER:
        raise Problem(TOO_LARGE, line=line, most=limits.NUMBER)


def _check_attribute(node: Any, line: int) -> None:
    if node.attr.startswith("_"):
        raise Problem(gettext_noop("“.%(name)s” is not available in prompts"), line=line, name=node.attr)


def _check_item(node: Any, line: int) -> None:
    value = getattr(node.arg, "value", None)
    if isinstance(value, str) and value.startswith("__"):
        raise Problem(gettext_noop("“.%(name)s” is not available in prompts"), line=line, name=value)


def _check_filter(node: Any, line: int) -> None:
    if node.name not in words.FILTERS or node.node is None:
        raise Problem(
            gettext_noop("there is no filter “%(name)s”; there are: %(known)s"),
            line=line, name=node.name, known=", ".join(sorted(words.FILTERS)),
        )  # fmt: skip
    _check_arguments(node, line)


def _check_test(node: Any, line: int) -> None:
    if node.name not in words.TESTS:
        raise Problem(gettext_noop("there is no test “is %(name)s”"), line=line, name=node.name)
    _check_arguments(node, line)


def _check_call(node: Any, line: int) -> None:
    target = type(node.node).__name__
    known = (target == "Name" and node.node.name in words.CALLABLE_NAMES) or (
        target == "Getattr" and node.node.attr in words.METHOD_NAMES
    )
    if not known:
        name = getattr(node.node, "name", None) or getattr(node.node, "attr", None) or "()"
        raise Problem(gettext_noop("“%(name)s” cannot be called in prompts"), line=line, name=name)
    _check_arguments(node, line)


def _check_arguments(node: Any, line: int) -> None:
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise Problem(gettext_noop("arguments with * or ** are not available in prompts"), line=line)


def _check_partial(node: Any, *, line: int, partials: Collection[str]) -> None:
    names = [getattr(argument, "value", None) for argument in node.args]
    if len(names) != 1 or node.kwargs or names[0] not in partials:
        raise Problem(
            gettext_noop("there is no such partial; there are: %(known)s"),
            line=line, known=", ".join(sorted(partials)) or "–",
        )  # fmt: skip


def _check_for(node: Any, line: int) -> None:
    if node.recursive:
        raise Problem(gettext_noop("“%(tag)s” is not available in prompts"), line=line, tag="recursive")


_CHECKS = {
    "Name": _check_name, "Const": _check_const, "Getattr": _check_attribute, "Getitem": _check_item,
    "Filter": _check_filter, "Test": _check_test, "Call": _check_call, "For": _check_for,
}  # fmt: skip


def _check_tags(tree: Any) -> None:
    """Refuse a closing tag that nothing opened: it would end the part of the prompt that holds the site's texts."""
    opened: set[str] = set()
    for node, _, _ in _walk(tree):
        if type(node).__name__ != "TemplateData":
            continue
        opened.update(name.lower() for name in _OPENING.findall(node.data))
        for closing in _CLOSING.finditer(node.data):
            if closing[1].lower() not in opened:
                line = node.lineno + node.data.count("\n", 0, closing.start())
                reason = gettext_noop("“</%(tag)s>” closes something that was never opened")
                raise Problem(reason, line=line, tag=closing[1])
