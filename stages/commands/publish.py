"""Publish a signature: write it to `signatures/`, beside a page that says where it is from.

Without arguments, that is the result of the pipeline's search, data/signature.json. It has to be
what the committed dvc.lock names. With --hand-set it is the spectrum that was set by hand, where
every search starts. A published signature never changes, for videos were marked with it.
"""

import argparse
import hashlib
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from stages.commands.published import published
from stages.common.command_line import parser, report_errors
from stages.common.errors import AfterimageError
from stages.common.files import write_bytes, write_text
from stages.pipeline import layout
from stages.signature.model.spectrum import load_signature
from stages.signature.search.space import PRESETS, hand_set_vector, to_signature
from stages.video.encoder import encoder

LOCK = Path("dvc.lock")


@dataclass(frozen=True)
class Provenance:
    """The origin of a signature: a sentence each, for the page beside it."""

    search: str
    data: str
    commit: str
    objective: str
    again: str


def main() -> None:
    command = parser()
    command.add_argument(
        "--hand-set", choices=PRESETS, help="publish this hand-set spectrum, and nothing learned"
    )
    command.add_argument("--name", type=lower_case_word, help="default: the preset")
    args = command.parse_args()
    if args.hand_set:
        preset, provenance = args.hand_set, hand_set(args.hand_set)
        content = to_signature(hand_set_vector(), preset).to_json().encode()
    else:
        preset, content, provenance = searched()
    publish(args.name or preset, content, provenance)


def lower_case_word(text: str) -> str:
    """Check a signature's name: an argument's type."""
    if not re.fullmatch("[a-z][a-z0-9_-]*", text):
        raise argparse.ArgumentTypeError(f"{text!r}: must be a lower-case word")
    return text


def publish(name: str, content: bytes, provenance: Provenance) -> None:
    """Write a signature and its page, and print their names.

    Raises ``AfterimageError`` if another one has been published under the name.
    """
    path = published(name)
    if path.exists() and path.read_bytes() != content:
        raise AfterimageError(f"{path}: published already, and different; choose another --name")
    write_bytes(path, content)
    write_text(path.with_suffix(".md"), page(name, content, provenance))
    print(f"{path}\n{path.with_suffix('.md')}")


def page(name: str, content: bytes, provenance: Provenance) -> str:
    """Write the page that says where a published signature comes from, as Markdown."""
    frame = load_signature(published(name)).frame
    rows = {
        "Search": provenance.search,
        "Data": provenance.data,
        "Commit": provenance.commit,
        "Objective": provenance.objective,
        "Frame size": f"{frame.width}x{frame.height}",
        "MD5": f"`{md5(content)}`",
        "Made by": f"`{provenance.again}`",
    }
    lines = [f"| {key} | {value} |" for key, value in rows.items()]
    return "\n".join([f"# Signature `{name}`", "", "| | |", "|---|---|", *lines, ""])


def hand_set(preset: str) -> Provenance:
    """Describe a hand-set spectrum."""
    return Provenance(
        search="none: the spectrum was set by hand, and every search starts there",
        data="none: nothing was learned",
        commit=f"`{git('log', '-1', '--format=%H', '--', 'stages/signature/search/space.py')}` "
        "(the last one to `stages/signature/search/space.py`)",
        objective="none: not measured for this file",
        again=f"python -m stages.commands.publish --hand-set {preset}",
    )


def searched() -> tuple[str, bytes, Provenance]:
    """Read the result of the pipeline's search: its preset, its content and its provenance.

    Raises ``AfterimageError`` if it is not what the committed `dvc.lock` names.
    """
    if git("status", "--porcelain", "--", str(LOCK)):
        raise AfterimageError(f"{LOCK}: not committed, so no commit has what is to be published")
    stages = YAML(typ="safe", pure=True).load(LOCK.read_text(encoding="utf-8"))["stages"]
    files = {
        out["path"]: out["md5"] for name in ("fetch", "optimize") for out in stages[name]["outs"]
    }
    fetch, search = (stages[name]["params"]["params.yaml"] for name in ("fetch", "optimize"))
    signature = locked(layout.SIGNATURE, files)
    metrics = json.loads(locked(layout.metrics("optimize"), files))
    provenance = Provenance(
        search=described(search),
        data=f"{layout.MANIFEST} with MD5 `{files[str(layout.MANIFEST)]}`: source "
        f"{source(fetch['fetch'])}, {search['optimize']['clips']} training clips at most",
        commit=f"`{git('log', '-1', '--format=%H', '--', str(LOCK))}` (the last one to `{LOCK}`)",
        objective=f"{metrics['objective_best']} on the training clips; the hand-set start has "
        f"{metrics['objective_initial']} (`metrics/optimize.json`)",
        again="dvc repro optimize && python -m stages.commands.publish",
    )
    return search["signature"]["preset"], signature, provenance


def locked(path: Path, files: dict[str, str]) -> bytes:
    """Read an output; raise ``AfterimageError`` if it is not what `dvc.lock` names."""
    content = path.read_bytes()
    if md5(content) != files[path.as_posix()]:
        raise AfterimageError(f"{path}: not what {LOCK} names; run `dvc repro optimize`, commit it")
    return content


def described(search: dict[str, Any]) -> str:
    """Describe the search, and the codec in it, by its parameters."""
    codec, mark, settings = search["compress"], search["signature"], search["optimize"]
    highest = encoder(codec["encoder"]).max_crf
    harder = sorted({min(codec["crf"] + step, highest) for step in mark["harder"]})
    return (
        f"CMA-ES from the preset {mark['preset']}, {settings['generations']} generations of "
        f"{settings['population']} candidates, seed {settings['seed']}; through {codec['encoder']} "
        f"at CRF {', '.join(map(str, [codec['crf'], *harder]))}, with a mark of "
        f"{mark['psnr_db']:g} dB"
    )


def source(fetch: dict[str, Any]) -> str:
    """Describe the source of the clips by its own parameters."""
    name = fetch["source"]
    # Of a folder there is the path alone, which says nothing elsewhere.
    settings = fetch.get(name)
    items = settings.items() if isinstance(settings, dict) else ()
    listed = ", ".join(f"{key} {value}" for key, value in items)
    return f"`{name}` ({listed})" if listed else f"`{name}`"


def md5(content: bytes) -> str:
    """Return the MD5 of some bytes, as DVC writes it."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def git(*arguments: str) -> str:
    """Return what a Git command prints; raise ``AfterimageError`` if it fails."""
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)  # noqa: S607
    if done.returncode != 0:
        raise AfterimageError(f"git {arguments[0]}: {done.stderr}")
    return done.stdout.strip()


if __name__ == "__main__":
    with report_errors():
        main()
