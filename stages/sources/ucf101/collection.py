"""The chosen clips as files: from the user's own copy, or in a store that is filled as needed.

The store is a folder outside of what `dvc repro` deletes. A clip in it is whole and checked, so
that a kill loses no finished clip, and a larger subset brings only what is new in it.
"""

import os
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from stages.common.errors import AfterimageError
from stages.sources.ucf101.archive import Archive, seven_zip
from stages.sources.ucf101.contents import check_avi
from stages.sources.ucf101.download import ByteCounter
from stages.sources.ucf101.lists import SPLITS_ZIP, Listed, Lists, find_lists, read_lists
from stages.sources.ucf101.offer import Ucf101Offer
from stages.sources.ucf101.refusal import RefusedError
from stages.sources.ucf101.registry import Registry
from stages.sources.ucf101.server import ARCHIVE, ARCHIVE_BYTES, CLIP_BYTES, Server
from stages.sources.ucf101.space import require_space, same_disk
from stages.sources.ucf101.threads import for_each


@dataclass(frozen=True)
class Places:
    """The places of things.

    Attributes
    ----------
    store : folder of what is fetched.
    target : folder that the clips go to from there.
    archive, folder : the user's own copy, as a RAR or unpacked, or neither.
    """

    store: Path
    target: Path
    archive: Path | None = None
    folder: Path | None = None


class Collection:
    """A way to lists and clips, wherever they are.

    Parameters
    ----------
    places : where things are.
    registry : checksums of all that was ever seen.
    server, threads : who has what is not here, and how many files at a time.
    count : told of every byte that is brought or checked.
    """

    def __init__(
        self, places: Places, registry: Registry, server: Server, threads: int, count: ByteCounter
    ) -> None:
        self._places = places
        self._registry = registry
        self._server = server
        self._threads = threads
        self._count = count

    def lists(self, split: int) -> Lists:
        """Read the official lists: the user's, if they lie with the copy, or else the server's."""
        folder, archive = self._places.folder, self._places.archive
        near = [folder, folder.parent] if folder else [archive.parent] if archive else []
        lists = next(filter(None, map(find_lists, near)), self._places.store / SPLITS_ZIP)
        if not lists.exists():
            self._server.splits(lists, self._registry.check, self._count)
            self._count.expect(lists.stat().st_size)
        if lists.is_file():
            self._registry.check(lists, SPLITS_ZIP)
        return read_lists(lists, split)

    def clips(self, chosen: Sequence[Listed], *, most_single: int) -> list[Ucf101Offer]:
        """Bring the chosen clips, and offer them in their order, all of them here and checked.

        The server is asked for up to ``most_single`` clips one by one, and for more than that in
        its one archive.

        Raises ``RefusedError``, naming the clip, if one cannot be had or is not what it should be;
        what is well is kept all the same. ``AfterimageError`` if the disk has too little room.
        """
        folder = self._places.folder
        paths = (
            _files_in(folder, chosen) if folder else {clip: self._stored(clip) for clip in chosen}
        )
        here = [clip for clip in chosen if paths[clip].is_file()]
        lacking = [clip for clip in chosen if not paths[clip].is_file()]
        present = sum(paths[clip].stat().st_size for clip in here)
        if folder:
            require_space(self._places.target, present)
        self._count.expect(present)
        self._in_threads(lambda clip: self._look_at(clip, paths[clip]), here)
        if lacking:
            self._bring(lacking, most_single)
        return [Ucf101Offer(clip, paths[clip], from_user=bool(folder)) for clip in chosen]

    def _stored(self, clip: Listed) -> Path:
        return self._places.store / "clips" / clip.name

    def _check(self, path: Path, name: str) -> None:
        check_avi(path, name)
        self._registry.check(path, name)

    def _look_at(self, clip: Listed, path: Path) -> None:
        try:
            self._check(path, clip.name)
        except RefusedError as error:
            raise RefusedError(f"{error} ({path})") from error
        self._count(path.stat().st_size)

    def _bring(self, lacking: Sequence[Listed], most_single: int) -> None:
        if self._places.archive:
            self._unpack(self._places.archive, lacking)
        elif len(lacking) <= most_single:
            self._download(lacking)
        else:
            archive = self._download_archive(lacking)
            self._unpack(archive, lacking)
            archive.unlink()

    def _download(self, lacking: Sequence[Listed]) -> None:
        self._require_space(len(lacking) * CLIP_BYTES)
        self._count.expect(len(lacking) * CLIP_BYTES)
        self._in_threads(self._download_one, lacking)

    def _download_one(self, clip: Listed) -> None:
        path = self._stored(clip)
        self._server.clip(clip, path, self._check, self._count)
        self._count.expect(path.stat().st_size - CLIP_BYTES)

    def _download_archive(self, lacking: Sequence[Listed]) -> Path:
        path = self._places.store / ARCHIVE
        seven_zip()  # an error now, rather than after hours
        if not path.exists():
            self._require_space(len(lacking) * CLIP_BYTES, passing=ARCHIVE_BYTES)
            self._count.expect(ARCHIVE_BYTES)
            self._server.archive(path, self._registry.check, self._count)
            self._count.expect(path.stat().st_size - ARCHIVE_BYTES)
        return path

    def _unpack(self, path: Path, lacking: Sequence[Listed]) -> None:
        archive = Archive(path)
        members = _spelt_as(archive, lacking, str(path))
        size = sum(map(archive.size, members.values()))
        self._require_space(size)
        self._count.expect(size)
        targets = {name: self._stored(clip) for clip, name in members.items()}
        names = {name: clip.name for clip, name in members.items()}
        archive.unpack(targets, lambda part, name: self._check(part, names[name]), self._count)

    def _require_space(self, size: int, *, passing: int = 0) -> None:
        """Require room for new clips, for DVC's copies of them, and for what is deleted again."""
        store, target = self._places.store, self._places.target
        if same_disk(store, target):
            require_space(store, passing + 2 * size)
        else:
            require_space(store, passing + size)
            require_space(target, size)

    def _in_threads(self, function: Callable[[Listed], None], clips: Sequence[Listed]) -> None:
        for_each(function, clips, threads=self._threads, stop=self._server.stop)


def _files_in(folder: Path, chosen: Sequence[Listed]) -> dict[Listed, Path]:
    """Find each clip in a folder, or below it."""
    if not folder.is_dir():
        raise AfterimageError(f"{folder} is not a folder")
    files = {
        name.lower(): Path(parent, name) for parent, _, names in os.walk(folder) for name in names
    }
    return {clip: files[name] for clip, name in _spelt_as(files, chosen, str(folder)).items()}


def _spelt_as(known: Container[str], chosen: Sequence[Listed], place: str) -> dict[Listed, str]:
    """Map each clip to the lower-case name under which it is known.

    Raises ``AfterimageError``, naming the first clip, if some are not.
    """
    spelt: dict[Listed, str] = {}
    for clip in chosen:
        names = [name for name in map(str.lower, clip.names) if name in known]
        if names:
            spelt[clip] = names[0]
    missing = [clip.id for clip in chosen if clip not in spelt]
    if missing:
        more = f" and {len(missing) - 1} more of {len(chosen)} clips" if len(missing) > 1 else ""
        raise AfterimageError(f"{place} has no {missing[0]}{more}")
    return spelt
