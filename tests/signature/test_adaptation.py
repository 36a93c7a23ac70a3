import json
from dataclasses import asdict

import numpy as np
import pytest

from stages.signature.embed.adaptation import PLAIN, Adaptation
from stages.signature.embed.blocks import SIDE, Headroom, block_sums
from stages.signature.embed.closed_loop import Adapted, ClosedLoop, embed_adapted
from stages.signature.embed.conditions import Conditions
from stages.signature.embed.distortion import Distortion
from stages.signature.embed.pattern import RGB_ERROR, pattern
from stages.signature.model.chips import derived_key
from stages.signature.search.objective import Trial, run_loop, run_trial
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.codec import Codec
from stages.video.planes import PLANES

KEY = b"the right key, 16 bytes or more"
SIGNATURE = to_signature(hand_set_vector(), "balanced")
WANTED = Conditions((Codec(crf=28), Codec(crf=45)), threshold=5.257)


def found(frames, **gains):
    """As a loop leaves a mark: gains that change over time."""
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
    loop = found(natural, Y=1.0, V=3.0)
    moved = Adaptation(Adaptation.of(loop).gains, 0.0).applied(plain)
    for plane, residual in plain.items():
        assert moved[plane].mean_square() == pytest.approx(residual.mean_square(), rel=1e-5)
        before = energies(residual, SIDE[plane])
        marked = before > 0  # what is left at the border holds no block of the carrier
        wanted = (loop.gains[plane].mean(axis=0) ** 2)[marked]
        ratio = energies(moved[plane], SIDE[plane])[marked] / before[marked]
        np.testing.assert_allclose(ratio / ratio.mean(), wanted / wanted.mean(), rtol=0.05)


def test_few_pictures_stay_few(natural):
    plain = pattern(natural, SIGNATURE, KEY)
    moved = Adaptation.of(found(natural, Y=1.0, V=1.0)).applied(plain)
    for plane, residual in plain.items():
        assert len(moved[plane].pictures) == len(residual.pictures) < len(residual.which)


def test_luma_gets_its_share(natural):
    plain = pattern(natural, SIGNATURE, KEY)
    moved = Adaptation({}, 0.7).applied(plain)
    before, after = (
        {plane: RGB_ERROR[plane] * residual.mean_square() for plane, residual in some.items()}
        for some in (plain, moved)
    )
    change = np.log(after["Y"] / after["V"]) - np.log(before["Y"] / before["V"])
    assert change == pytest.approx(0.7, abs=1e-4)


def test_a_plane_without_gains_takes_the_other_chroma_planes_or_none(natural):
    plain = pattern(natural, SIGNATURE, KEY)
    only_u = Adaptation(Adaptation.of(found(natural, U=1.0)).gains, 0.0)
    moved = only_u.applied(plain)
    assert moved["Y"] is plain["Y"]
    assert (moved["V"].pictures != plain["V"].pictures).any()
    assert PLAIN.applied(plain) == plain


def trial(clip, **how):
    return Trial(
        tuple(hand_set_vector().tolist()),
        "balanced",
        clip,
        WANTED,
        Distortion(45.0),
        "a purpose",
        **how,
    )


def test_an_adaptation_is_plain_data_and_helps_other_marks(small_clips):
    """The loop's gains, measured with one key, raise what another key's mark scores."""
    before, after = 0.0, 0.0
    for clip in small_clips:
        found = run_loop(trial(clip), rounds=2)["adaptation"]
        adaptation = Adaptation(**json.loads(json.dumps(found)))
        assert asdict(adaptation) == found
        before += WANTED.soft_detection_rate(run_trial(trial(clip)))
        after += WANTED.soft_detection_rate(run_trial(trial(clip, adaptation=adaptation)))
    assert after > before


def test_a_loop_scores_the_mark_that_validate_would_make(small_clips):
    clip = small_clips[0]
    frames, key = clip.read(), derived_key(b"a purpose", clip.id)
    marked = embed_adapted(
        frames, SIGNATURE, key, psnr_db=45.0, loop=ClosedLoop(WANTED, 1), headroom=Headroom()
    )
    assert run_loop(trial(clip), rounds=1)["z"] == WANTED.scores(marked, SIGNATURE, key)
