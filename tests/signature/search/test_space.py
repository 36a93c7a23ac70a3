"""The search space: every point is a signature, and each number does what its name says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.signature.search.space import (
    COORDINATES,
    GRIDS,
    PRESETS,
    bounds,
    hand_set_vector,
    kind,
    meaning,
    to_signature,
)
from stages.video.planes import PlaneName

NAMES = [coordinate.name for coordinate in COORDINATES]
anywhere = st.lists(st.floats(0, 1), min_size=len(COORDINATES), max_size=len(COORDINATES))


@given(anywhere, st.sampled_from(PRESETS))
def test_every_point_of_the_space_is_a_signature(point, preset):
    low, high = bounds()
    signature = to_signature(low + np.array(point) * (high - low), preset)
    assert sum(carrier.share for carrier in signature.carriers) == pytest.approx(1, abs=1e-4)
    assert min(carrier.share for carrier in signature.carriers) >= 0.01
    assert all(carrier.share > 0 and carrier.width > 0 for carrier in signature.carriers)
    assert len({carrier.address for carrier in signature.carriers}) == len(signature.carriers)


def test_the_start_lies_within_the_bounds():
    low, high = bounds()
    assert (low < hand_set_vector()).all()
    assert (hand_set_vector() < high).all()


def test_colour_rests_on_chroma_and_balanced_on_luma_too():
    planes = {preset: to_signature(hand_set_vector(), preset).carriers for preset in PRESETS}
    assert {carrier.plane for carrier in planes["colour"]} <= {"U", "V"}
    luma = sum(carrier.share for carrier in planes["balanced"] if carrier.plane == "Y")
    assert 0.2 < luma < 0.5


def test_names_are_unique_and_described():
    assert len(set(NAMES)) == len(NAMES)
    assert all(coordinate.description for coordinate in COORDINATES)


def readings(vector):
    """Return all that ``meaning`` says, by the name of the coordinate that it comes from."""
    parameters = meaning(vector, "balanced")
    shares = parameters.shares
    sums = {
        plane: sum(share for (name, _), share in shares.items() if name == plane) for plane in "YUV"
    }
    read = {
        "v_share": sums["V"] / (sums["U"] + sums["V"]),
        "luma_weight": parameters.luma.weight,
        "drift": parameters.drift,
        "softness": parameters.softness,
    }
    planes: tuple[PlaneName, ...] = ("Y", "V")
    for plane in planes:
        name_of_kind, common = kind(plane), parameters.common(plane)
        read |= {
            f"{name_of_kind}_{name}": getattr(common, name)
            for name in ("centre", "width", "activity", "noise", "whitening")
        }
        read |= {
            f"{name_of_kind}_half_period_{half_period}": shares[plane, half_period] / sums[plane]
            for half_period in GRIDS[name_of_kind].half_periods
        }
    return read


@pytest.mark.parametrize("index", range(len(COORDINATES)), ids=NAMES)
def test_a_coordinate_moves_what_its_name_says_and_nothing_else(index):
    """A logit of a half-period moves the others of its kind, the other way."""
    moved = hand_set_vector()
    moved[index] += 0.1
    before, after = readings(hand_set_vector()), readings(moved)
    assert sorted(before) == sorted(NAMES)
    name = NAMES[index]
    family, separator, _ = name.partition("_half_period_")
    for reading in NAMES:
        if reading == name:
            assert after[reading] > before[reading]
        elif separator and reading.startswith(family + separator):
            assert after[reading] < before[reading]
        else:
            assert after[reading] == pytest.approx(before[reading], rel=1e-12)


def test_logarithms_logits_and_exponents_by_hand():
    vector = np.array([0.5 + 0.01 * index for index in range(len(COORDINATES))])
    at = dict(zip(NAMES, vector.tolist(), strict=True))
    parameters = meaning(vector, "balanced")
    assert parameters.luma.centre == pytest.approx(np.exp(at["luma_centre"]))
    assert parameters.chroma.noise == pytest.approx(np.exp(at["chroma_noise"]))
    assert parameters.luma.weight == pytest.approx(np.exp(at["luma_weight"]))
    assert parameters.chroma.weight == 1
    assert parameters.softness == pytest.approx(np.exp(at["softness"]))
    assert (parameters.drift, parameters.luma.activity) == (at["drift"], at["luma_activity"])
    powers = np.exp([at[f"chroma_half_period_{length}"] for length in (4, 10, 30)])
    v_share = 1 / (1 + np.exp(-at["v_share"]))
    expected = (1 - 0.3775) * v_share * powers[1] / powers.sum()
    assert parameters.shares["V", 10] == pytest.approx(expected)
