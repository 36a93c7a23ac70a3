import json
from dataclasses import asdict

import numpy as np
import pytest

from stages.signature.embed.adaptation import PLAIN, Adaptation
from stages.signature.embed.blocks import block_sums
from stages.signature.embed.closed_loop import Adapted, ClosedLoop, embed_adapted
from stages.signature.embed.conditions import Conditions
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.pattern import pattern
from stages.signature.model.chips import derived_key
from stages.signature.search.objective import LoopOutcome, Trial, run_loop, run_trial
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.codec import Codec
from stages.video.planes import PLANES

KEY = b"the right key, 16 bytes or more"
SIGNATURE = to_signature(hand_set_vector(), "balanced")
CONDITIONS = Conditions((Codec(crf=28), Codec(crf=45)), threshold=5.257)


def adapted(frames, **gains):
    """Make what a loop leaves, with gains that change over time."""
    rng = np.random.default_rng(5)
    rows, columns = frames.height // 16, frames.width // 16
    return Adapted(
        frames,
        {
            plane: gains[plane] * rng.random((len(frames), rows, columns))
            for plane in PLANES
            if plane in gains
        },
        0.7,
    )


def energies(residual, side):
    return block_sums(residual.frames() ** 2, side).sum(axis=0)


def test_energy_goes_to_where_the_gains_are_high_and_each_plane_keeps_its_own(natural):
    plain = pattern(natural, SIGNATURE, KEY)
    mark = adapted(natural, Y=1.0, V=3.0)
    moved = Adaptation(Adaptation.of(mark).gains, 0.0).applied(plain)
    for plane, residual in plain.items():
        assert moved[plane].mean_square() == pytest.approx(residual.mean_square(), rel=1e-5)
        before = energies(residual, PLANES[plane].block_side)
        marked = before > 0  # what is left at the border holds no block of the carrier
        expected = (mark.gains[plane].mean(axis=0) ** 2)[marked]
        ratio = energies(moved[plane], PLANES[plane].block_side)[marked] / before[marked]
        np.testing.assert_allclose(ratio / ratio.mean(), expected / expected.mean(), rtol=0.05)


def test_few_pictures_stay_few(natural):
    plain = pattern(natural, SIGNATURE, KEY)
    moved = Adaptation.of(adapted(natural, Y=1.0, V=1.0)).applied(plain)
    for plane, residual in plain.items():
        assert len(moved[plane].pictures) == len(residual.pictures) < len(residual.which)


def test_luma_gets_its_share(natural):
    plain = pattern(natural, SIGNATURE, KEY)
    moved = Adaptation({}, 0.7).applied(plain)
    before, after = (
        {
            plane: PLANES[plane].rgb_error * residual.mean_square()
            for plane, residual in some.items()
        }
        for some in (plain, moved)
    )
    change = np.log(after["Y"] / after["V"]) - np.log(before["Y"] / before["V"])
    assert change == pytest.approx(0.7, abs=1e-4)


def test_a_plane_without_gains_takes_the_other_chroma_planes_or_none(natural):
    plain = pattern(natural, SIGNATURE, KEY)
    only_u = Adaptation(Adaptation.of(adapted(natural, U=1.0)).gains, 0.0)
    moved = only_u.applied(plain)
    assert moved["Y"] is plain["Y"]
    assert (moved["V"].pictures != plain["V"].pictures).any()
    assert PLAIN.applied(plain) == plain


def rate(scores):
    return CONDITIONS.soft_detection_rate(scores.values)


def trial(clip, **changes):
    return Trial(
        tuple(hand_set_vector().tolist()),
        "balanced",
        clip,
        CONDITIONS,
        Distortion(45.0),
        "a purpose",
        **changes,
    )


def test_an_adaptation_is_plain_data_and_helps_other_marks(small_clips):
    """The loop's gains, measured with one key, raise what another key's mark scores."""
    before, after = 0.0, 0.0
    for clip in small_clips:
        outcome = run_loop(trial(clip), rounds=2)
        adaptation = outcome.adaptation
        assert LoopOutcome.of(json.loads(json.dumps(asdict(outcome)))) == outcome
        before += rate(run_trial(trial(clip)))
        after += rate(run_trial(trial(clip, adaptation=adaptation)))
    assert after > before


def test_a_loop_scores_the_mark_that_validate_would_make(small_clips):
    clip = small_clips[0]
    frames, key = clip.read(), derived_key(b"a purpose", clip.id)
    marked = embed_adapted(frames, SIGNATURE, key, Distortion(45.0), loop=ClosedLoop(CONDITIONS, 1))
    assert run_loop(trial(clip), rounds=1).scores == CONDITIONS.scores(marked, SIGNATURE, key)
