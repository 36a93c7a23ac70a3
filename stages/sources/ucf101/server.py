"""The data set's server, or a mirror that has the same paths."""

from collections.abc import Callable
from pathlib import Path

from stages.sources.ucf101.contents import check_rar, check_zip
from stages.sources.ucf101.download import ByteCounter, Downloader, Limits, NotFoundError
from stages.sources.ucf101.lists import SPLITS_ZIP, Listed

# The published size; a RAR gains next to nothing on video, so it is that of the clips as well.
ARCHIVE_BYTES = 6_930_000_000
CLIP_BYTES = ARCHIVE_BYTES // 13_320

ARCHIVE = "UCF101.rar"
_FILES = "data/UCF101"
_CLIPS = "THUMOS14/UCF101/UCF101"

# Raises ``RefusedError`` for a file that must not be taken for the one of that name.
Check = Callable[[Path, str], None]


class Server:
    """A server that has the lists, the archive and each single clip; threads may share it."""

    def __init__(self, base_url: str, limits: Limits) -> None:
        self._base_url = base_url.rstrip("/")
        self._downloader = Downloader(limits)
        self.stop = self._downloader.stop

    def splits(self, path: Path, known: Check, count: ByteCounter) -> None:
        """Download the zip of the official lists."""

        def check(partial: Path) -> None:
            check_zip(partial, SPLITS_ZIP)
            known(partial, SPLITS_ZIP)

        self._downloader.fetch(f"{self._base_url}/{_FILES}/{SPLITS_ZIP}", path, check, count)

    def archive(self, path: Path, known: Check, count: ByteCounter) -> None:
        """Download everything, as one RAR."""

        def check(partial: Path) -> None:
            check_rar(partial, ARCHIVE)
            known(partial, ARCHIVE)

        self._downloader.fetch(f"{self._base_url}/{_FILES}/{ARCHIVE}", path, check, count)

    def clip(self, clip: Listed, path: Path, check: Check, count: ByteCounter) -> None:
        """Download one clip, under whichever of its names the server has it."""
        missing: list[NotFoundError] = []
        for name in clip.names:
            url = f"{self._base_url}/{_CLIPS}/{name}"
            try:
                return self._downloader.fetch(
                    url, path, lambda partial: check(partial, clip.name), count
                )
            except NotFoundError as error:
                missing.append(error)
        raise missing[0]
