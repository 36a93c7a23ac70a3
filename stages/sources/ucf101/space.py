"""Room on the disk, asked for before the work and not after half of it."""

import shutil
from pathlib import Path

from stages.common.errors import AfterimageError


def require_space(folder: Path, size: int) -> None:
    """Raise ``AfterimageError`` unless ``size`` bytes are free where a folder is, or will be."""
    free = shutil.disk_usage(_existing(folder)).free
    if size > free:
        raise AfterimageError(
            f"{folder}: {in_words(size)} needed, {in_words(free)} free; free some space, or ask "
            "for fewer clips"
        )


def same_disk(first: Path, second: Path) -> bool:
    """Return true if two folders, or what will be folders, are on one file system."""
    return _existing(first).stat().st_dev == _existing(second).stat().st_dev


def in_words(size: int) -> str:
    """Write bytes for a reader: MB, or GB from a thousand of them."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _existing(folder: Path) -> Path:
    folder = folder.absolute()
    return folder if folder.exists() else _existing(folder.parent)
