"""The earlier detector finds its pattern, and innocent videos with it."""

import numpy as np
import pytest

from stages.schemes.fixed_pattern import FixedPattern, learned_threshold, prepare, score
from stages.signature.detect.bound import threshold
from stages.signature.detect.detect import statistic
from stages.signature.embed.distortion import Distortion
from stages.signature.search.space import hand_set_vector, to_signature
from stages.sources.synthetic.drawing import draw
from stages.video.filters import normalised
from stages.video.frames import Geometry
from stages.video.quality import psnr_rgb
from tests.conftest import constant

PSNR_DB = 45.0
SCHEME = FixedPattern(Distortion(PSNR_DB), threshold=0.1)
KEY = b"there is no key in this scheme"


def marked(frames):
    return SCHEME.mark(frames, KEY, clip_id="clip")


def test_the_pattern_is_found_where_nothing_else_is():
    grey = constant(128)
    assert score(grey) == 0
    assert score(marked(grey)) > 0.8


def test_the_mark_keeps_to_its_distortion(natural):
    # Every block has the same change, so that all of it is rounded at once: a coarse step.
    assert PSNR_DB <= psnr_rgb(natural, marked(natural)) < PSNR_DB + 0.5


def test_no_key_changes_anything_and_none_can_be_wrong(natural):
    other = b"another key, another, another"
    assert np.array_equal(marked(natural).i420, SCHEME.mark(natural, other, clip_id="clip").i420)
    assert SCHEME.detect(natural, KEY) == SCHEME.detect(natural, other)
    assert SCHEME.detect(natural, KEY).bound == SCHEME.false_positive_bound == 1
    assert SCHEME.detect_chance(natural, [KEY, other]) == []


def test_a_threshold_lies_half_way_between_the_medians():
    assert learned_threshold((0.3, 0.5, 9.0), (0.1, 0.1, 0.0)) == pytest.approx(0.3)


def test_the_threshold_is_learned_after_the_mildest_codec(task):
    prepared = prepare(task)
    codec, scheme = task.conditions.codecs[0], prepared.scheme
    marked_scores, unmarked_scores = (
        [score(codec.round_trip(video)) for video in videos]
        for videos in (
            [scheme.mark(clip.read(), KEY, clip_id=clip.id) for clip in task.clips],
            [clip.read() for clip in task.clips],
        )
    )
    # The median of two is their mean.
    assert scheme.threshold == pytest.approx(np.mean([*marked_scores, *unmarked_scores]))
    assert (prepared.encodes, prepared.learned) == (2 * len(task.clips), None)


def test_its_absolute_correlation_accuses_innocent_videos():
    """Scores of unmarked videos reach into those of marked ones; the keyed detector's do not."""
    small = Geometry(160, 112)
    clips = [normalised(draw("natural", index, 4, seed=3), small) for index in range(20)]
    innocent = np.array([score(clip) for clip in clips])
    guilty = np.array([score(marked(clip)) for clip in clips])
    learned = learned_threshold(guilty[::2].tolist(), innocent[::2].tolist())
    accused = (innocent[1::2] >= learned).mean()
    missed = (guilty[1::2] < learned).mean()
    assert accused + missed > 0.1
    assert innocent.max() > guilty.min()

    signature, keyed = to_signature(hand_set_vector(), "balanced"), threshold(1e-6)
    keys = [f"key number {index}".encode() for index in range(20)]
    assert max(statistic(clip, signature, key) for clip in clips[:4] for key in keys) < keyed
