"""The only importer of jinja2: templates written by editors, rendered on plain data.

Four walls, each of which would have to fall: the grammar (``grammar``, at save and again at render), the vocabulary
(``words``), the data (plain values only, ``budget.measure``), and the budget every operation pays from. There is no
loader, so no template can name another file; nothing is rendered twice, so a value is never read as a template.

Import it inside functions: a site that starts up does not load jinja2.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial as bind
from inspect import isgenerator
from types import CodeType
from typing import Any

from jinja2 import (
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    meta,
    nodes,
    pass_context,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from ..text import gettext_noop
from . import limits, words
from .budget import Budget, measure
from .grammar import TOO_DEEP, TOO_LARGE, check_tree, unknown_variable
from .problems import Problem

MARKER_VARIABLE = "marker"
"""Known inside partials only: the word that closes the fences of this request."""

_FAILURES = (
    ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, RecursionError,
    SyntaxError, TypeError, ValueError,
)  # fmt: skip
"""What a template, its compilation or its data can raise besides the engine's own errors."""

_BOUNDED_OPERATORS = frozenset({"+", "-", "*", "/", "//", "%"})


@dataclass(frozen=True, kw_only=True)
class Part:
    """One template and where it stands in the text its author sees."""

    source: str
    first_line: int = 1


def check(source: str, *, name: str, variables: Collection[str], partials: Mapping[str, str] | None = None) -> None:
    """Refuse a template that could not be rendered or should not be. Raises: ``PromptError``."""
    check_parts([Part(source=source)], name=name, variables=variables, partials=partials or {})


def check_parts(parts: Sequence[Part], *, name: str, variables: Collection[str], partials: Mapping[str, str]) -> None:
    """Like ``check``, for a prompt in parts."""
    desk = _Desk(partials=partials, marker="", budget=Budget(lambda: 0.0))
    for part in parts:
        _guarded(name, part, bind(desk.compile, part.source, variables=variables))
    for title in _named_partials(desk, parts):
        inner = Part(source=partials[title])
        known = {*variables, MARKER_VARIABLE}
        _guarded(title, inner, bind(desk.compile, inner.source, variables=known, inside_partial=True))


def render(
    source: str,
    variables: Mapping[str, Any],
    *,
    name: str,
    clock: Callable[[], float],
    marker: str | None = None,
    partials: Mapping[str, str] | None = None,
) -> str:
    """``source`` with its ``variables`` filled in. ``marker``, ``partials``: see ``render_parts``.

    Raises: ``PromptError``.
    """
    part = Part(source=source)
    return render_parts([part], variables, name=name, clock=clock, marker=marker, partials=partials or {})[0]


def render_parts(
    parts: Sequence[Part],
    variables: Mapping[str, Any],
    *,
    name: str,
    clock: Callable[[], float],
    marker: str | None,
    partials: Mapping[str, str],
) -> list[str]:
    """The text of each part, all paid from one budget.

    ``variables`` hold plain data only. ``marker`` is the secret word of the fences, new for each request and never
    shown to whoever writes the site's texts; None to have one made. Raises: ``PromptError``.
    """
    data = dict(variables)
    desk = _Desk(partials=partials, marker=marker or secrets.token_hex(8), budget=Budget(clock))
    first = parts[0] if parts else Part(source="")
    _guarded(name, first, bind(measure, data, most_chars=limits.DATA_CHARS))
    return [_guarded(name, part, bind(desk.render, part.source, data)) for part in parts]


_Key = tuple[str, frozenset[str], frozenset[str], bool]

_compiled: dict[_Key, CodeType] = {}
"""The code of checked templates. It holds no text of a request and no budget: these are the environment's."""


def _remember(key: _Key, code: CodeType) -> None:
    if len(_compiled) >= limits.COMPILED:
        _compiled.clear()
    _compiled[key] = code


class _Desk:
    """One render: an environment of its own, so that its budget is nobody else's."""

    def __init__(self, *, partials: Mapping[str, str], marker: str, budget: Budget) -> None:
        self._partials = partials
        self._marker = marker
        self._budget = budget
        self._environment = _Environment(budget, marker=marker)

    def compile(self, source: str, *, variables: Collection[str], inside_partial: bool = False) -> Any:
        """The template of ``source``, checked. Raises: ``Problem``, the engine's errors."""
        key = (source, frozenset(variables), frozenset(self._partials), inside_partial)
        code = _compiled.get(key)
        if code is None:
            tree = self.parse(source)
            check_tree(tree, variables=variables, partials=() if inside_partial else self._partials)
            _check_variables(tree, variables)
            code = self._environment.compile(_Meter().visit(tree))
            _remember(key, code)
        own = self._environment.make_globals(None)
        return self._environment.template_class.from_code(self._environment, code, own)

    def parse(self, source: str) -> nodes.Template:
        if len(source.encode("utf-8", "replace")) > limits.SOURCE_BYTES:
            raise Problem(gettext_noop("it is longer than %(most)s bytes"), most=limits.SOURCE_BYTES)
        try:
            return self._environment.parse(source)
        except RecursionError:
            raise Problem(TOO_DEEP, loops=limits.LOOPS, depth=limits.DEPTH) from None
        except ValueError:
            raise Problem(TOO_LARGE, most=limits.NUMBER) from None

    def render(self, source: str, data: Mapping[str, Any], *, inside_partial: bool = False) -> str:
        template = self.compile(source, variables=data, inside_partial=inside_partial)
        texts = data if inside_partial else {**data, "partial": bind(self._partial, data=data)}
        pieces = [self._budget.emit(piece) for piece in template.generate(texts)]
        return "".join(pieces).replace("\0", "").encode("utf-8", "replace").decode("utf-8")

    def _partial(self, title: str, *, data: Mapping[str, Any]) -> str:
        return self.render(self._partials[title], {**data, MARKER_VARIABLE: self._marker}, inside_partial=True).strip()


class _Environment(ImmutableSandboxedEnvironment):
    """An environment in which only the listed words exist and every operation pays."""

    intercepted_binops = _BOUNDED_OPERATORS

    def __init__(self, budget: Budget, *, marker: str) -> None:
        super().__init__(undefined=StrictUndefined, optimized=False, keep_trailing_newline=True, finalize=self.printed)
        self.budget = budget
        own = words.Words(budget, marker=marker).filters()
        standard = {name: self.filters[name] for name in words.STANDARD_FILTERS}
        self.filters = {name: _paid(do, budget, name=name) for name, do in {**standard, **own}.items()}
        self.tests = {name: self.tests[name] for name in words.TESTS}
        self.globals = {"range": self.short_range}

    def tick(self) -> bool:
        return self.budget.tick()

    def kept(self, value: Any) -> Any:
        return self.budget.keep(value)

    def joined(self, *values: Any) -> str:
        """The operator ``~``."""
        texts = [self.as_text(value) for value in values]
        self.budget.spend(sum(map(len, texts)))
        return "".join(texts)

    def printed(self, value: Any) -> str:
        """What ``{{ value }}`` puts out."""
        return self.as_text(value)

    def as_text(self, value: Any) -> str:
        """``value`` as text; measured first, because a list may print longer than it is."""
        if isinstance(value, StrictUndefined):
            raise UndefinedError(value._undefined_message)
        if isinstance(value, Undefined):
            return ""  # an inline “if” without “else” that was not met
        self.budget.spend(measure(value, most_chars=limits.OUTPUT_CHARS))
        return str(value)

    def short_range(self, *bounds: int) -> list[int]:
        numbers = range(*bounds)
        if len(numbers) > limits.RANGE:
            raise Problem(gettext_noop("“range” is limited to %(most)s"), most=limits.RANGE)
        return list(numbers)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        return True

    def getattr(self, obj: Any, attribute: str) -> Any:
        """``obj.attribute``: an entry of the data, a listed method, or a property of the loop."""
        if isinstance(obj, Undefined):
            raise UndefinedError(obj._undefined_message)
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        if attribute in words.METHODS.get(type(obj), ()):
            return bind(self._method, obj, attribute)
        if type(obj).__module__ == "jinja2.runtime" and attribute in words.LOOP_ATTRIBUTES:
            return getattr(obj, attribute)
        if type(obj).__name__ == "_GroupTuple" and attribute in ("grouper", "list"):
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """``obj[argument]``: an entry of a dict, list or text."""
        if isinstance(obj, Undefined):
            raise UndefinedError(obj._undefined_message)
        try:
            return obj[argument]
        except (LookupError, TypeError):
            return self.undefined(obj=obj, name=argument)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on numbers; ``+`` also joins two texts or two lists."""
        if isinstance(left, (int, float)) and isinstance(right, (int, float)):
            return self.budget.keep(self.binop_table[operator](left, right))
        if operator == "+" and type(left) is type(right) and type(left) in (str, list, tuple):
            self.budget.spend(len(left) + len(right))
            return self.budget.keep(left + right)
        for value in (left, right):
            if isinstance(value, Undefined):
                raise UndefinedError(value._undefined_message)
        raise Problem(gettext_noop("“%(operator)s” works with numbers only"), operator=operator)

    def _method(self, obj: Any, method: str, /, *args: Any, **kwargs: Any) -> Any:
        if method == "replace":
            return self.filters["replace"](None, obj, *args, **kwargs)
        result = getattr(obj, method)(*args, **kwargs)
        if type(obj) is dict and method != "get":
            result = list(result)
        if type(obj) is str and type(result) is list:
            self.budget.spend(len(obj))
        return self.budget.keep(result)


class _Meter(NodeTransformer):
    """Puts the budget into a checked tree: at each round of a loop, each new list, each joined text."""

    def visit_For(self, node: nodes.For) -> nodes.For:
        self.generic_visit(node)
        node.body.insert(0, nodes.ExprStmt(_ask("tick", line=node.lineno), lineno=node.lineno))
        if node.test is not None:
            node.test = nodes.And(_ask("tick", line=node.lineno), node.test, lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Call:
        self.generic_visit(node)
        return _ask("joined", *node.nodes, line=node.lineno)

    def visit_List(self, node: nodes.List) -> nodes.Call:
        self.generic_visit(node)
        return _ask("kept", node, line=node.lineno)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Call:
        self.generic_visit(node)
        return _ask("kept", node, line=node.lineno)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Expr:
        self.generic_visit(node)
        return node if node.ctx == "store" else _ask("kept", node, line=node.lineno)


def _ask(name: str, *arguments: nodes.Expr, line: int) -> nodes.Call:
    """A call of one of the environment's own methods."""
    return nodes.Call(nodes.EnvironmentAttribute(name, lineno=line), list(arguments), [], None, None, lineno=line)


def _paid(do: Callable[..., Any], budget: Budget, *, name: str) -> Callable[..., Any]:
    """The filter ``do``, taking and giving plain values only, with its result paid for."""
    passed = getattr(do, "jinja_pass_arg", None)

    # A filter that takes the context is never worked out in advance: compiled templates are kept, and what one
    # request's budget or marker made would be carried to the next.
    @pass_context
    def paid(context: Any, *args: Any, **kwargs: Any) -> Any:
        for value in (*args, *kwargs.values()):
            if not isinstance(value, Undefined):
                measure(value, most_chars=limits.DATA_CHARS)
            elif isinstance(value, StrictUndefined) and name not in ("d", "default"):
                raise UndefinedError(value._undefined_message)
        _bound(name, args, kwargs)
        first = [] if passed is None else [_wanted(context, passed.name)]
        return budget.keep(_plain(do(*first, *args, **kwargs)))

    return paid


def _wanted(context: Any, what: str) -> Any:
    """What a filter of Jinja's asks for as its first argument."""
    return {"context": context, "eval_context": context.eval_ctx, "environment": context.environment}[what]


def _bound(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Refuse arguments with which a standard filter would take long or make much."""
    if name in words.SLOW_FILTERS and len(str(args[0])) > limits.SLOW_CHARS:
        raise Problem(
            gettext_noop("“%(name)s” takes texts of up to %(most)s characters"), name=name, most=limits.SLOW_CHARS
        )
    if name in ("batch", "slice", "wordwrap", "tojson"):
        for number in (*args[1:], *kwargs.values()):
            if type(number) is int and not 1 <= number <= limits.WIDTH:
                raise Problem(gettext_noop("“%(name)s” takes numbers from 1 to %(most)s"), name=name, most=limits.WIDTH)


def _plain(value: Any) -> Any:
    """A filter's result as a plain value: the engine's safe strings as strings, its lazy lists as lists."""
    if isinstance(value, StrictUndefined):
        raise UndefinedError(value._undefined_message)
    if isinstance(value, str):
        return str.__str__(value)
    if isgenerator(value) or type(value).__name__ in ("reversed", "list_reverseiterator", "dict_items", "odict_items"):
        return [_plain(item) for item in value]
    return value


def _check_variables(tree: nodes.Template, variables: Collection[str]) -> None:
    unknown = meta.find_undeclared_variables(tree) - set(variables) - words.CALLABLE_NAMES
    for node in tree.find_all(nodes.Name):
        if node.name in unknown:
            raise unknown_variable(node.name, line=node.lineno, known=variables)


def _named_partials(desk: _Desk, parts: Iterable[Part]) -> list[str]:
    calls = [call for part in parts for call in desk.parse(part.source).find_all(nodes.Call)]
    return sorted({call.args[0].value for call in calls if getattr(call.node, "name", "") == "partial"})  # type: ignore[attr-defined]


def _guarded(name: str, part: Part, do: Callable[[], Any]) -> Any:
    """``do()``, with whatever it raises turned into a ``PromptError`` that names the author's line."""
    shift = part.first_line - 1
    try:
        return do()
    except Problem as problem:
        found = problem
        line = problem.line or _line_of(problem)
    except TemplateSyntaxError as error:
        found = _syntax_problem(error)
        line = error.lineno
    except UndefinedError as error:
        found, line = Problem(gettext_noop("%(what)s"), what=error.message or ""), _line_of(error)
    except (TemplateError, *_FAILURES) as error:
        found, line = Problem(gettext_noop("it cannot be rendered with this data")), _line_of(error)
    found.line = line + shift if line else 0
    raise found.as_error(name, line=part.first_line) from None


def _line_of(error: BaseException) -> int:
    """The template's line in the traceback of ``error``; 0 where there is none."""
    line, place = 0, error.__traceback__
    while place is not None:
        if place.tb_frame.f_code.co_filename == "<template>":
            line = place.tb_lineno
        place = place.tb_next
    return line


def _syntax_problem(error: TemplateSyntaxError) -> Problem:
    """What the engine says about a broken template, in the words of its author."""
    said = error.message or ""
    if open_tag := re.search(r"needs to be closed is '(\w+)'", said):
        return Problem(gettext_noop("“{%% %(tag)s %%}” is never closed by “{%% end%(tag)s %%}”"), tag=open_tag[1])
    if strange := re.search(r"unknown tag '([^']*)'", said):
        return Problem(gettext_noop("there is no tag “{%% %(tag)s %%}”"), tag=strange[1])
    return Problem(
        gettext_noop("it is not well formed (%(what)s); look for a “{{” or “{%%” that is not closed"), what=said[:200]
    )
