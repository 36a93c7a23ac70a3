"""Anybody's watermark enters by one file that knows nothing of ours, and is judged like ours."""

import ast
import math
from pathlib import Path

import pytest

from stages.baselines.judge import Judge, summary
from stages.baselines.proxy import Proxy
from stages.signature.model.chips import wrong_keys
from stages.video.codec import Codec
from stages.video.quality import psnr_rgb
from tests.schemes import stranger

KEY = b"the right key, 16 bytes or more"
CONFIDENCE, WRONG_KEYS, SEED = 0.95, 40, 3
# So faint a mark in luma outlives the first, and not the second.
MILD, HARD = Codec(crf=12), Codec(crf=40)


@pytest.fixture
def judge(task):
    codecs = MILD, HARD
    return Judge(
        stranger.RECORD.prepare(task).scheme,
        key=KEY,
        codecs=codecs,
        proxies=tuple(Proxy(codec.crf) for codec in codecs),
        wrong_keys=WRONG_KEYS,
        seed=SEED,
    )


def test_the_file_knows_nothing_of_our_mark():
    tree = ast.parse(Path(stranger.__file__).read_text(encoding="utf-8"))
    modules = [str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert "stages.contest.scheme" in modules
    assert not [module for module in modules if module.startswith("stages.signature")]


def test_each_passage_is_what_the_scheme_says_of_the_video(judge, small_clips):
    clip, scheme = small_clips[2], judge.scheme
    original = clip.read()
    marked = scheme.mark(original, KEY, clip_id=clip.id)
    judged = judge.judge(clip)
    assert judged.frames == len(original)
    assert judged.quality.psnr_db == pytest.approx(psnr_rgb(original, marked))
    channels = [
        channel for pair in zip(judge.proxies, judge.codecs, strict=True) for channel in pair
    ]
    keys = wrong_keys(KEY, clip.id, WRONG_KEYS, SEED)
    for passage, channel in zip(judged.passages, channels, strict=True):
        videos = [channel.round_trip(frames) for frames in (marked, original)]
        scores = [scheme.detect(video, KEY).score for video in videos]
        assert (passage.z_marked, passage.z_unmarked) == pytest.approx(scores)
        assert passage.codec_psnr_db == pytest.approx(psnr_rgb(original, videos[1]))
        reached = [
            scheme.detect(video, key).score >= scheme.threshold for video in videos for key in keys
        ]
        assert passage.wrong_key_positives == sum(reached)
        assert passage.wrong_key_trials == len(reached)
        real = passage.through == "real"
        sizes = [len(channel.encode(frames)) if real else 0 for frames in (marked, original)]
        assert [passage.bytes_marked, passage.bytes_unmarked] == sizes


def test_the_rates_are_those_of_a_keyed_scheme(judge, small_clips):
    metrics = summary([judge.judge(clip) for clip in small_clips], judge.scheme, CONFIDENCE)
    assert metrics["psnr_db"] == pytest.approx(45, abs=0.5)
    rates, harder = metrics["real"], metrics["harder"]["real"]
    # All of 3 clips: the interval's lower end is the cube root of half of 5 %.
    assert (rates["tpr"], rates["tpr_ci_low"]) == (1, pytest.approx(0.025 ** (1 / 3)))
    assert rates["fpr_bound"] == pytest.approx(1e-6)
    assert rates["z_threshold"] == pytest.approx(math.sqrt(2 * math.log(1e6)))
    assert rates["wrong_key_trials"] == 2 * WRONG_KEYS * 3
    # None of 3 unmarked clips and 240 wrong keys.
    assert rates["fpr"] == 0
    assert rates["fpr_ci_high"] == pytest.approx(1 - 0.025 ** (1 / 243))
    assert (metrics["crf"], metrics["harder"]["crf"]) == (MILD.crf, HARD.crf)
    assert (harder["tpr"], harder["fpr"]) == (0, 0)


def test_wrong_keys_that_find_something_are_counted(judge, small_clips):
    """With a threshold at the median of chance, about half of the wrong keys reach it."""
    lax = stranger.BlockSpread(judge.scheme.strength, false_positive_bound=1.0)
    judged = Judge(lax, KEY, judge.codecs, judge.proxies, WRONG_KEYS, SEED).judge(small_clips[0])
    for passage in judged.passages:
        assert 0.25 < passage.wrong_key_positives / passage.wrong_key_trials < 0.75
