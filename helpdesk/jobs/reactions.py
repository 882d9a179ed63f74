"""Who wants to hear of which announcement. Each room registers its own in its `reactions.py`."""

from collections import defaultdict
from collections.abc import Callable, Sequence

# Takes the ids that were announced. It may be called again with the same ones, and must then change nothing.
Reaction = Callable[[Sequence[int]], None]

_registered: dict[str, dict[str, Reaction]] = defaultdict(dict)


def on(*kinds: str) -> Callable[[Reaction], Reaction]:
    """Register a reaction to announcements such as ``ticket.created``; it is known by its dotted name."""

    def register(reaction: Reaction) -> Reaction:
        for kind in kinds:
            _registered[kind][f"{reaction.__module__}.{reaction.__qualname__}"] = reaction
        return reaction

    return register


def reactions(kind: str) -> dict[str, Reaction]:
    """Those that are registered for a kind, by name."""
    return _registered.get(kind, {})


def named(name: str) -> Reaction:
    """The registered reaction of this name; raises KeyError when a release has dropped it."""
    return {name: reaction for by_name in _registered.values() for name, reaction in by_name.items()}[name]
