"""The earlier detector finds its pattern, and innocent videos with it."""

import numpy as np
import pytest

from stages.baselines import fixed_pattern
from stages.signature.detect.bound import threshold
from stages.signature.detect.detect import statistic
from stages.signature.embed.blocks import Headroom
from stages.signature.search.space import hand_set_vector, to_signature
from stages.sources.synthetic.drawing import draw
from stages.video.edit import normalised
from stages.video.frames import Geometry
from stages.video.quality import psnr_rgb
from tests.conftest import constant

PSNR_DB = 45.0


def marked(frames):
    return fixed_pattern.mark(frames, psnr_db=PSNR_DB, headroom=Headroom())


def test_the_pattern_is_found_where_nothing_else_is():
    grey = constant(128)
    assert fixed_pattern.score(grey) == 0
    assert fixed_pattern.score(marked(grey)) > 0.8


def test_the_mark_keeps_to_its_distortion(natural):
    # Every block has the same change, so that all of it is rounded at once: a coarse step.
    assert PSNR_DB <= psnr_rgb(natural, marked(natural)) < PSNR_DB + 0.5


def test_a_threshold_lies_half_way_between_the_medians():
    assert fixed_pattern.learned_threshold((0.3, 0.5, 9.0), (0.1, 0.1, 0.0)) == pytest.approx(0.3)


def test_its_absolute_correlation_accuses_innocent_videos():
    """Scores of unmarked videos reach into those of marked ones; the keyed detector's do not."""
    small = Geometry(160, 112)
    clips = [normalised(draw("natural", index, 4, seed=3), small) for index in range(20)]
    innocent = np.array([fixed_pattern.score(clip) for clip in clips])
    guilty = np.array([fixed_pattern.score(marked(clip)) for clip in clips])
    learned = fixed_pattern.learned_threshold(guilty[::2].tolist(), innocent[::2].tolist())
    accused = (innocent[1::2] >= learned).mean()
    missed = (guilty[1::2] < learned).mean()
    assert accused + missed > 0.1
    assert innocent.max() > guilty.min()

    signature, keyed = to_signature(hand_set_vector(), "balanced"), threshold(1e-6)
    keys = [f"key number {index}".encode() for index in range(20)]
    assert max(statistic(clip, signature, key) for clip in clips[:4] for key in keys) < keyed
