"""The official layout of UCF101, small or at its full size: lists, names, and clips for them."""

import hashlib
import io
import subprocess
import zipfile
from functools import cache
from pathlib import Path

from stages.sources.ucf101.lists import LISTS_FOLDER, SPLITS_ZIP
from stages.video.ffmpeg import executable

# HandstandPushups is spelt otherwise in its files' names, as in the real lists.
CLASSES = ("Archery", "Basketball", "HandstandPushups", "Punch")
TEST_GROUPS = {1: range(1, 8), 2: range(8, 15), 3: range(15, 22)}
MARK = b"0123456789abcdef"


def name_of(class_name: str, group: int, number: int) -> str:
    spelt = class_name.replace("HandstandPushups", "HandStandPushups")
    return f"v_{spelt}_g{group:02}_c{number:02}.avi"


def names(classes=CLASSES, groups=range(5, 11), numbers=(1, 2)) -> dict[str, str]:
    """Every clip's name, and its class."""
    return {
        name_of(class_name, group, number): class_name
        for class_name in classes
        for group in groups
        for number in numbers
    }


def full_names() -> dict[str, str]:
    """13,320 clips of 101 classes in 25 groups each, of 4 to 7 clips, as in the real class_name."""
    sizes = [5 + (index < 695) for index in range(101 * 25)]
    return {
        name_of(f"Class{index // 25:03}", index % 25 + 1, number + 1): f"Class{index // 25:03}"
        for index, size in enumerate(sizes)
        for number in range(size)
    }


def lists(clips: dict[str, str]) -> dict[str, str]:
    """The text of every official list, with the line ends of the original."""
    classes = {name: index for index, name in enumerate(dict.fromkeys(clips.values()), 1)}
    texts = {"classInd.txt": "".join(f"{index} {name}\r\n" for name, index in classes.items())}
    for split, groups in TEST_GROUPS.items():
        sides = {"train": "", "test": ""}
        for name, class_name in clips.items():
            test = int(name.split("_")[2][1:]) in groups
            line = f"{class_name}/{name}" if test else f"{class_name}/{name} {classes[class_name]}"
            sides["test" if test else "train"] += f"{line}\r\n"
        texts |= {f"{side}list{split:02}.txt": text for side, text in sides.items()}
    return texts


def splits_zip(clips: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in lists(clips).items():
            archive.writestr(f"{LISTS_FOLDER}/{name}", text)
    return stream.getvalue()


def contents(clips: dict[str, str]) -> dict[str, bytes]:
    """Make the files of a server: a clip under each name, all different, and the lists."""
    return {name: clip(name) for name in clips} | {SPLITS_ZIP: splits_zip(clips)}


def clip(name: str) -> bytes:
    """A clip of UCF101's codec and size, with its name's digest as its title."""
    return _drawn().replace(MARK, hashlib.sha256(name.encode()).hexdigest()[:16].encode())


@cache
def _drawn() -> bytes:
    done = subprocess.run(
        [executable(), "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25",
         "-frames:v", "8", "-c:v", "mpeg4", "-vtag", "XVID", "-metadata", f"title={MARK.decode()}",
         "-f", "avi", "-"],
        stdin=subprocess.DEVNULL, capture_output=True, check=True,
    )  # fmt: skip
    return whole(done.stdout)


def whole(avi: bytes) -> bytes:
    """An AVI from a pipe, with its length where it belongs."""
    return avi[:4] + (len(avi) - 8).to_bytes(4, "little") + avi[8:]


def write_folder(folder: Path, clips: dict[str, str]) -> Path:
    """The unpacked archive: a folder for each class."""
    for name, class_name in clips.items():
        path = folder / "UCF-101" / class_name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(clip(name))
    return folder
