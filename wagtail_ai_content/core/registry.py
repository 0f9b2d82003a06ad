"""The one kind of registry: names to things, with lazy loading and aliases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class RegistryError(Exception):
    """A wrong registration; raised while the site starts, so that it cannot go unnoticed."""


class Registry(Generic[T]):
    """Things by name.

    ``register`` returns what it was given, so that it can be used as a decorator. A lazy entry is loaded at its first
    use; a duplicate name, an alias that hides a name, or a thing of the wrong type fails at once.
    """

    def __init__(self, noun: str, *, kind: type[T]) -> None:
        """``noun`` names the entries in messages; ``kind`` is the class an entry must be an instance of."""
        self._noun = noun
        self._kind = kind
        self._loaders: dict[str, Callable[[], T]] = {}
        self._loaded: dict[str, T] = {}
        self._aliases: dict[str, str] = {}

    def register(self, name: str, thing: T) -> T:
        if not isinstance(thing, self._kind):
            raise RegistryError(f"{thing!r} is not a {self._kind.__name__}, so it cannot be a {self._noun}.")
        self._claim(name)
        self._loaders[name] = lambda: thing
        return thing

    def register_lazy(self, name: str, loader: Callable[[], T]) -> None:
        """Register ``loader``, called without arguments at the first use of ``name``."""
        self._claim(name)
        self._loaders[name] = loader

    def alias(self, alias: str, name: str) -> None:
        self._claim(alias)
        self._aliases[alias] = name

    def get(self, name: str) -> T | None:
        """The thing of that name or alias; None where there is none."""
        name = self._aliases.get(name, name)
        if name not in self._loaders:
            return None
        if name not in self._loaded:
            thing = self._loaders[name]()
            if not isinstance(thing, self._kind):
                raise RegistryError(f"The loader of the {self._noun} “{name}” returned {thing!r}.")
            self._loaded[name] = thing
        return self._loaded[name]

    def resolve(self, name: str) -> str:
        """The registered name behind an alias; the name itself otherwise."""
        return self._aliases.get(name, name)

    def __contains__(self, name: object) -> bool:
        return name in self._loaders or name in self._aliases

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._loaders))

    def _claim(self, name: str) -> None:
        if name in self:
            raise RegistryError(f"There are two registrations for the {self._noun} “{name}”.")
