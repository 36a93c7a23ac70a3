"""Tasks of a few small clips."""

import pytest

from stages.baselines.task import Task
from stages.signature.embed.blocks import Headroom
from stages.signature.embed.conditions import Conditions
from stages.signature.search.space import hand_set_vector
from stages.video.codec import Codec

PSNR_DB = 45.0
HEADROOM = Headroom()


@pytest.fixture
def task(small_clips):
    """A task of two clips and few steps; a mark in so little video needs a low threshold."""
    return Task(
        clips=small_clips[:2],
        conditions=Conditions((Codec(crf=28), Codec(crf=36)), threshold=4.0),
        psnr_db=PSNR_DB,
        headroom=HEADROOM,
        preset="balanced",
        x0=hand_set_vector(),
        steps=9,
        learning_rate=0.15,
        sharpness=4.0,
        population=4,
        sigma=0.4,
        seed=1,
        map=lambda function, items: [function(item) for item in items],
        advance=lambda note: None,
    )
