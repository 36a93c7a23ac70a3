"""The official lists of UCF101: its classes, its clips, and the side of each in a split."""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stages.common.errors import AfterimageError

SPLITS_ZIP = "UCF101TrainTestSplits-RecognitionTask.zip"
LISTS_FOLDER = "ucfTrainTestlist"

# No list has a tenth of this; what has more is no list.
_LIST_LIMIT = 10_000_000
_CLASS = re.compile(r"\d+ (\w+)", re.ASCII)
# "Archery/v_Archery_g01_c01.avi 3": the number stands in the training lists alone.
_CLIP = re.compile(r"(\w+)/(v_[A-Za-z0-9]+_g(\d\d)_c(\d\d)\.avi)(?: \d+)?", re.ASCII)


@dataclass(frozen=True)
class Listed:
    """A clip in the official lists.

    Attributes
    ----------
    class_name : one of the official classes.
    name : the file's name, which need not spell the class as the class is spelt.
    group : number of the source recording within the class, from 1.
    number : number of the clip within its group, from 1.
    split : ``train`` or ``test``.
    """

    class_name: str
    name: str
    group: int
    number: int
    split: str

    @property
    def id(self) -> str:
        """The clip's name in the official lists."""
        return f"{self.class_name}/{self.name}"

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the file may have: HandstandPushups is spelt in two ways."""
        regular = f"v_{self.class_name}_g{self.group:02}_c{self.number:02}.avi"
        return tuple(dict.fromkeys((self.name, regular)))


@dataclass(frozen=True)
class Lists:
    """The classes in their official order, and every clip."""

    classes: Sequence[str]
    clips: Sequence[Listed]


def read_lists(source: Path, split: int) -> Lists:
    """Read the official lists from the zip that they come in, or from a folder.

    Parameters
    ----------
    source : the zip, or a folder with ``classInd.txt``, ``trainlist01.txt`` and so on.
    split : which of the official splits, 1 to 3.

    Raises ``AfterimageError``, naming file and line, if anything in them is not as it should be.
    """
    text = _texts_of_zip(source) if source.is_file() else _texts_of_folder(source)
    classes = [match[1] for match in _lines(text("classInd.txt"), _CLASS, source, "classInd.txt")]
    clips = [
        Listed(match[1], match[2], int(match[3]), int(match[4]), side)
        for side in ("train", "test")
        for name in [f"{side}list{split:02}.txt"]
        for match in _lines(text(name), _CLIP, source, name)
    ]
    _check(classes, clips, source)
    return Lists(classes, clips)


def find_lists(folder: Path) -> Path | None:
    """Find the official lists in a folder, as the zip or unpacked, if they are there."""
    candidates = (folder / SPLITS_ZIP, folder / LISTS_FOLDER, folder)
    usable = (path for path in candidates if path.is_file() or (path / "classInd.txt").is_file())
    return next(usable, None)


def _texts_of_folder(folder: Path) -> Callable[[str], str]:
    def text(name: str) -> str:
        try:
            return (folder / name).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise AfterimageError(f"{folder / name}: cannot read the list: {error}") from error

    return text


def _texts_of_zip(path: Path) -> Callable[[str], str]:
    def text(name: str) -> str:
        try:
            with zipfile.ZipFile(path) as archive:
                member = archive.getinfo(f"{LISTS_FOLDER}/{name}")
                if member.file_size > _LIST_LIMIT:
                    raise AfterimageError(f"{path}: {name} is too large for a list")
                return archive.read(member).decode("ascii")
        except KeyError as error:
            raise AfterimageError(f"{path}: it has no {LISTS_FOLDER}/{name}") from error
        except (OSError, zipfile.BadZipFile, UnicodeDecodeError) as error:
            raise AfterimageError(f"{path}: cannot read {name} in it: {error}") from error

    return text


def _lines(text: str, pattern: re.Pattern[str], source: Path, name: str) -> Iterator[re.Match[str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = pattern.fullmatch(line.strip())
        if match is None:
            raise AfterimageError(f"{source}: {name}, line {number}: not as expected: {line!r}")
        yield match


def _check(classes: Sequence[str], clips: Iterable[Listed], source: Path) -> None:
    """Require every clip to be of a known class and listed once, and no recording on both sides."""
    known, names = set(classes), set[str]()
    sides: dict[tuple[str, int], str] = {}
    for clip in clips:
        if clip.class_name not in known:
            raise AfterimageError(f"{source}: {clip.name} is of no class in classInd.txt")
        if clip.name in names:
            raise AfterimageError(f"{source}: {clip.name} is listed twice")
        if sides.setdefault((clip.class_name, clip.group), clip.split) != clip.split:
            raise AfterimageError(
                f"{source}: group {clip.group} of {clip.class_name} is in train and in test"
            )
        names.add(clip.name)
    if not names:
        raise AfterimageError(f"{source}: no clip in the lists")
