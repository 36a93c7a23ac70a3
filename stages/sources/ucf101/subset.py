"""A subset of UCF101: balanced over classes, drawn by a seed, and nested.

Every class has its clips in an order of its own, and a subset takes the first few of each. So a
larger subset contains the smaller one, and a class that is added moves no clip of another.
"""

import difflib
import hashlib
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest

from stages.common.errors import AfterimageError
from stages.sources.ucf101.lists import Listed, Lists


def choose(lists: Lists, classes: Sequence[str], clips_per_class: int, seed: int) -> list[Listed]:
    """Choose clips, class by class in the official order.

    Parameters
    ----------
    classes : official names; none means all.
    clips_per_class : at most so many of each class.
    seed : says which ones.

    Raises ``AfterimageError`` if a class is not one of UCF101's.
    """
    for name in classes:
        if name not in lists.classes:
            near = difflib.get_close_matches(name, lists.classes, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise AfterimageError(f"{name!r} is not a class of UCF101{hint}")
    members: dict[str, list[Listed]] = {name: [] for name in lists.classes}
    for clip in lists.clips:
        members[clip.class_name].append(clip)
    return [
        clip
        for index, name in enumerate(lists.classes)
        if not classes or name in classes
        for clip in _ordered(members[name], first=(index + seed) % 2, seed=seed)[:clips_per_class]
    ]


def _ordered(clips: Iterable[Listed], *, first: int, seed: int) -> list[Listed]:
    """Order a class's clips: new recordings before further clips of one, the sides in turn.

    So the smallest subset has the most recordings, and some on either side of the split. The side
    that comes ``first`` (0: training) alternates from class to class.
    """
    recordings: dict[tuple[str, int], list[Listed]] = {}
    for clip in sorted(clips, key=lambda clip: _rank(seed, clip.name)):
        recordings.setdefault((clip.split, clip.group), []).append(clip)
    train, test = (
        [clips for (split, _), clips in recordings.items() if split == side]
        for side in ("train", "test")
    )
    turns = zip_longest(*((train, test) if first == 0 else (test, train)))
    in_turn = [clips for clips in chain.from_iterable(turns) if clips]
    rounds = zip_longest(*in_turn)
    return [clip for clip in chain.from_iterable(rounds) if clip]


def _rank(seed: int, name: str) -> bytes:
    """Compute a place in a random order that depends on the seed and the name alone."""
    return hashlib.sha256(f"{seed}/{name}".encode()).digest()
