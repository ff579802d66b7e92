"""Order and circles among things that need each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush


def topological(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """Return all names, each after what it needs, else in the order given; those in circles come last.

    Needs that are not themselves in the mapping are passed over.
    """
    waiting = {name: {need for need in wanted if need in needs} for name, wanted in needs.items()}
    followers: dict[str, list[str]] = {name: [] for name in needs}
    for name, wanted in waiting.items():
        for need in wanted:
            followers[need].append(name)
    names = list(needs)
    place = {name: number for number, name in enumerate(names)}
    ready = [place[name] for name, wanted in waiting.items() if not wanted]
    ordered: list[str] = []
    while ready:
        ordered.append(name := names[heappop(ready)])
        for follower in followers[name]:
            waiting[follower].discard(name)
            if not waiting[follower]:
                heappush(ready, place[follower])
    done = set(ordered)
    return [*ordered, *(name for name in needs if name not in done)]


def find_cycle(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the names along one circle, each needed by the next, first and last the same; empty where there is none."""
    done: set[str] = set()
    for start in needs:
        path: list[str] = []
        stack = [(start, iter(sorted(needs[start])))] if start not in done else []
        path += [start] if stack else []
        while stack:
            name, rest = stack[-1]
            other = next(rest, None)
            if other is None:
                done.add(name)
                stack.pop()
                path.pop()
            elif other in path:
                return [other, *reversed(path[path.index(other) :])]
            elif other in needs and other not in done:
                path.append(other)
                stack.append((other, iter(sorted(needs[other]))))
    return []


def reachable(start: str, needs: Mapping[str, Iterable[str]]) -> set[str]:
    """Return everything that `start` needs, directly or through others."""
    found: set[str] = set()
    open_names = list(needs.get(start, ()))
    while open_names:
        name = open_names.pop()
        if name not in found:
            found.add(name)
            open_names.extend(needs.get(name, ()))
    return found
