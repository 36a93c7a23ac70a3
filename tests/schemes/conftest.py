"""A task of a few small clips."""

import pytest

from stages.baselines.task import Task
from stages.signature.embed.conditions import Conditions
from stages.signature.embed.distortion import Distortion
from stages.signature.search.space import hand_set_vector
from stages.video.codec import Codec


@pytest.fixture
def task(small_clips):
    """A task of two clips and few steps; a mark in so little video needs a low threshold."""
    return Task(
        clips=small_clips[:2],
        conditions=Conditions((Codec(crf=28), Codec(crf=36)), threshold=4.0),
        distortion=Distortion(45.0),
        false_positive_rate=1e-6,
        preset="balanced",
        x0=hand_set_vector(),
        steps=9,
        learning_rate=0.15,
        sharpness=4.0,
        population=4,
        sigma=0.4,
        seed=1,
        map_clips=lambda function, items, clip_of: [function(item) for item in items],
        advance=lambda note: None,
    )
