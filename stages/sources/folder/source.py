"""A folder of the user's own videos, in any container and codec that ffmpeg reads."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stages.common.errors import AfterimageError, VideoError
from stages.sources.offer import NO_LABELS, Labels

VIDEO_SUFFIXES = frozenset(
    """
    .3g2 .3gp .asf .avi .divx .dv .f4v .flv .gif .ivf .m2ts .m2v .m4v .mkv .mov .mp4 .mpeg .mpg
    .mts .mxf .nut .obu .ogg .ogv .rm .rmvb .ts .vob .webm .wmv .y4m
    """.split()  # noqa: SIM905 (a list of thirty literals reads no better)
)


# Bytes in a file's name, of the 255 that file systems take: `compress` adds a suffix to it.
MAX_NAME_BYTES = 240


@dataclass(frozen=True)
class FolderOffer:
    """One video file of the folder."""

    id: str
    group: str
    source: Path
    kind: str = "natural"
    labels: Labels = NO_LABELS
    drawn: bool = False

    def store(self, path: Path) -> None:
        """Copy the file byte for byte.

        Raises ``VideoError`` if it is none: a pipe or a device would never end.
        """
        if len(Path(self.id).name.encode()) > MAX_NAME_BYTES:
            raise VideoError(f"{self.id}: the name is longer than {MAX_NAME_BYTES} bytes")
        if not self.source.is_file():
            raise VideoError(f"{self.id}: not a regular file, or not there any more")
        if not os.access(self.source, os.R_OK):
            raise VideoError(f"{self.id}: no permission to read it")
        shutil.copyfile(self.source, path)


def offers(folder: Path, group_regex: str) -> list[FolderOffer]:
    """List every video file in a folder and below it, in the order of the names.

    Parameters
    ----------
    folder : where to look; hidden files and folders are passed over.
    group_regex : searched in each file's name; what its groups matched names the source recording.
        A file that it does not match is a recording of its own.

    Raises ``AfterimageError`` if the folder is missing or holds no video file.
    """
    if not folder.is_dir():
        raise AfterimageError(f"{folder} is not a folder")
    pattern = re.compile(group_regex)
    paths = sorted(_video_files(folder), key=lambda path: path.relative_to(folder).as_posix())
    if not paths:
        known = " ".join(sorted(VIDEO_SUFFIXES))
        raise AfterimageError(f"{folder} holds no video file ({known})")
    return [_offer(path, path.relative_to(folder).as_posix(), pattern) for path in paths]


def _video_files(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(parent, name)
            if path.suffix.lower() in VIDEO_SUFFIXES and not name.startswith("."):
                yield path


def _offer(path: Path, relative: str, pattern: re.Pattern[str]) -> FolderOffer:
    # The manifest is UTF-8: bytes of a name that are not are written with escapes, in the copy's
    # name as well.
    name = os.fsencode(relative).decode("utf-8", "backslashreplace")
    match = pattern.search(Path(name).name)
    parts = (match.groups() or (match.group(),)) if match else ()
    return FolderOffer(name, "_".join(part or "" for part in parts) or name, path)
