"""The stage `validate`: its arithmetic by hand, and what a killed run has left."""

from dataclasses import replace

import pytest
from scipy.stats import beta

from stages import compress, fetch, validate
from stages.common.files import write_text
from stages.pipeline import layout
from stages.pipeline.params.file import load_params
from stages.pipeline.scratch import Scratch
from stages.signature.embed.distortion import Distortion
from stages.signature.scheme import SpreadSpectrum
from stages.signature.search.space import hand_set_vector, to_signature
from stages.validate import PICTURED, ValidatedClip, ValidationScore, summary, validation_of
from tests.project import small_project
from tests.worktree import set_params

SCORE = ValidationScore(
    id="a", group="a", frames=60, z_marked=9.0, z_unmarked=6.0, z_wrong_key_max=5.5,
    wrong_key_positives=2, psnr_db=45.0, ssim=0.99, vmaf=97.0, ciede2000_median=0.7,
    ciede2000_p999=7.0, flicker_median=0.2, flicker_p999=8.0, bytes_marked=120, bytes_unmarked=100,
)  # fmt: skip
# Its threshold is sqrt(2 ln 1e6) = 5.26.
SCHEME = SpreadSpectrum(to_signature(hand_set_vector(), "balanced"), Distortion(45.0), 1e-6)


def test_rates_by_hand():
    """Two clips, ten wrong keys on each, marked and unmarked: 40 trials, and 2 unmarked clips."""
    other = replace(SCORE, id="b", z_marked=4.0, z_unmarked=0.0, wrong_key_positives=0,
                    psnr_db=46.0, bytes_marked=100)  # fmt: skip
    clips = [
        ValidatedClip(SCORE, (12, 5, 3, 2, 1), 20),
        ValidatedClip(other, (8, 0, 0, 0, 0), 20),
    ]
    metrics = summary(clips, SCHEME, 0.95)
    assert (metrics["tpr"], metrics["clips"], metrics["psnr_db"]) == (0.5, 2, 45.5)
    # A wrong key twice, and the unmarked clip a once.
    assert metrics["fpr"] == pytest.approx(3 / 42)
    assert metrics["fpr_ci_high"] == pytest.approx(beta.ppf(0.975, 4, 39))
    assert metrics["wrong_key_trials"] == 40
    assert metrics["bitrate_overhead"] == pytest.approx(0.1)
    levels = metrics["wrong_key_fpr"]
    assert isinstance(levels, dict)
    assert [levels[level]["rate"] for level in levels] == [0.5, 0.125, 0.075, 0.05, 0.025]
    assert levels["1e-05"]["ci_high"] == pytest.approx(beta.ppf(0.975, 2, 39))


def test_what_a_killed_run_has_done_is_not_done_again(tmp_path, monkeypatch):
    project = small_project(tmp_path / "project")
    set_params(project, {"fetch.synthetic.natural": 3, "fetch.synthetic.simple": 0})
    monkeypatch.chdir(project)
    monkeypatch.setenv("AFTERIMAGE_WORKERS", "1")
    params = load_params()
    fetch.main(params)
    compress.main(params)
    write_text(layout.SIGNATURE, to_signature(hand_set_vector(), "balanced").to_json())
    # As if it were killed when all is done but the end.
    monkeypatch.setattr(Scratch, "clear", lambda _: None)
    validate.main(params)
    left = {path: path.stat().st_mtime_ns for path in sorted(Scratch("validate").folder.iterdir())}
    before = layout.SCORES.read_text()
    first = next(path for path in left if path.suffix == ".mkv")
    first.unlink()
    validate.main(params)
    again = {path: path.stat().st_mtime_ns for path in sorted(Scratch("validate").folder.iterdir())}
    assert left.keys() == again.keys()
    # The files of the clip of which one was gone, and nothing else.
    assert {path.stem for path in left if left[path] != again[path]} == {first.stem}
    assert layout.SCORES.read_text() == before
    # Another key is other work, and is not written down.
    public = validation_of(params).plain()
    monkeypatch.setenv("AFTERIMAGE_KEY", "another key, of 16 bytes or more")
    secret = validation_of(params).plain()
    assert secret["key"] != public["key"]
    assert secret | {"key": public["key"]} == public
    assert "another key" not in str(secret)
    validate.main(params)
    assert len(list(Scratch("validate").folder.iterdir())) == 2 * len(left)
    pictures = list(layout.PICTURES.rglob("*.png"))
    assert 0 < len(pictures) <= PICTURED
