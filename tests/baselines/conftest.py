"""Small clips to learn on, and tasks made of them."""

import pytest

from stages.baselines.task import Task
from stages.signature.blocks import Headroom
from stages.signature.conditions import Conditions
from stages.signature.search.space import start
from stages.video.clips import Clip
from stages.video.codec import Codec
from stages.video.sources.synthetic import SyntheticOffer

PSNR_DB = 45.0
HEADROOM = Headroom()
FRAMES = 24


@pytest.fixture(scope="session")
def small_clips(tmp_path_factory) -> tuple[Clip, ...]:
    """Three drawn clips, 160x112."""
    folder = tmp_path_factory.mktemp("clips")
    clips = []
    for index in range(3):
        path = folder / f"{index}.mkv"
        SyntheticOffer("natural", index, FRAMES, seed=11).store(path)
        clips.append(
            Clip(
                id=f"clip {index}", path=str(path), kind="natural", group=str(index),
                class_name="", clip_number="", split="train", width=160, height=112,
                fit="crop", fps="25", frames=FRAMES, sha256="",
            )
        )  # fmt: skip
    return tuple(clips)


@pytest.fixture
def task(small_clips):
    """A task of two clips and few steps; a mark in so little video needs a low threshold."""
    return Task(
        clips=small_clips[:2],
        conditions=Conditions((Codec(crf=28), Codec(crf=36)), threshold=4.0),
        psnr_db=PSNR_DB,
        headroom=HEADROOM,
        preset="balanced",
        origin=start(),
        steps=9,
        learning_rate=0.15,
        sharpness=4.0,
        population=4,
        sigma=0.4,
        seed=1,
        spread=lambda function, items: [function(item) for item in items],
        advance=lambda note: None,
    )
