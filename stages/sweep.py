"""One row of the sweep: the marks that `validate` made, after another CRF, encoder or edit.

    python -m stages.sweep --crf 40
    python -m stages.sweep --encoder libx265
    python -m stages.sweep --edit cropped

The signature stays as it is. Beside the mark, each row tells the drift of the fingerprint.
"""

import argparse
import logging
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import get_args

import numpy as np

from stages.common.command_line import parser
from stages.common.errors import AfterimageError
from stages.contest.rates import detection_rates
from stages.fingerprint.distance import hamming
from stages.fingerprint.recipe import BITS, fingerprint
from stages.pipeline import layout
from stages.pipeline.executor import FileExecutor
from stages.pipeline.metrics import Metric, write_metrics, write_table
from stages.pipeline.params import Params
from stages.pipeline.run_key import secret_key
from stages.pipeline.stage import run
from stages.pipeline.workers import map_items, workers
from stages.signature.detect.alignment import SearchRange
from stages.signature.detect.bound import threshold
from stages.signature.detect.detect import searched
from stages.signature.model.spectrum import Signature, load_signature
from stages.video.channel import EDIT_NAMES, LOST_FRAMES, Channel, matched_codec
from stages.video.clips import Clip, of_split, read_manifest, subsample
from stages.video.codec import EncoderName
from stages.video.lossless import decode_lossless
from stages.video.quality import psnr_rgb

log = logging.getLogger(__name__)

# Clips on which another encoder's CRF is found.
MATCHED_CLIPS = 4


@dataclass(frozen=True)
class Check:
    """How every clip is checked: the same for all."""

    channel: Channel
    signature: Signature
    key: bytes = field(repr=False)
    recipe: str


@dataclass(frozen=True)
class Score:
    """What came of one clip: a row of the table. ``psnr_db`` is the mark's, before the channel."""

    id: str
    group: str
    z_marked: float
    z_unmarked: float
    psnr_db: float
    drift: int
    kbps: float
    kbps_marked: float
    received_psnr_db: float
    received_psnr_db_marked: float


def main(params: Params, asked: argparse.Namespace) -> None:
    clips = of_split(read_manifest(layout.MANIFEST), "test")
    if not clips:
        raise AfterimageError(f"{layout.MANIFEST}: no natural clip to test on")
    settings = params.signature
    with workers() as pool:
        channel = channel_of(params, asked, clips, pool)
        clips = lasting(clips, channel)
        check = Check(
            channel,
            load_signature(layout.SIGNATURE),
            secret_key(settings.demonstration_key),
            params.fingerprint.recipe,
        )
        score = partial(score_clip, check=check)
        scores = map_items(pool, score, clips, label=channel.name, reads=both_files)
    limit = threshold(settings.false_positive_rate, channel.search_range.attempts)
    write_table(layout.sweep_table(channel.name), [asdict(score) for score in scores])
    write_metrics(
        layout.sweep_metrics(channel.name),
        summary(scores, channel, limit, params.validation.confidence),
    )


def channel_of(
    params: Params, asked: argparse.Namespace, clips: list[Clip], pool: FileExecutor
) -> Channel:
    """The channel of the row that was asked for."""
    codec, sweep = params.compress.codec, params.sweep
    if asked.encoder:
        matched = matched_codec(asked.encoder, codec, subsample(clips, MATCHED_CLIPS), pool)
        return Channel(asked.encoder, (matched,))
    if asked.edit is None:
        return Channel(f"crf{asked.crf}", (replace(codec, crf=asked.crf),))
    again = replace(codec, crf=sweep.second_crf)
    return Channel(
        asked.edit,
        (codec, again) if asked.edit == "second_generation" else (codec,),
        asked.edit,
        SearchRange(
            sweep.search_frames if asked.edit == "shifted" else 0,
            sweep.search_zoom_percent if asked.edit == "cropped" else 0,
        ),
    )


def lasting(clips: list[Clip], channel: Channel) -> list[Clip]:
    """The clips that the channel leaves something of."""
    kept = [clip for clip in clips if channel.takes(clip)]
    short = [clip.id for clip in clips if not channel.takes(clip)]
    if short:
        log.warning(
            "%s: left out, with %d frames or less: %s", channel.name, LOST_FRAMES, ", ".join(short)
        )
    if not kept:
        raise AfterimageError(
            f"{layout.MANIFEST}: no natural test clip has more than the {LOST_FRAMES} frames that "
            f"`{channel.name}` takes away; raise fetch.max_frames, or take it out of sweep.edits"
        )
    return kept


def both_files(clip: Clip) -> list[Path]:
    """What ``score_clip`` reads."""
    return [clip.file, layout.marked(clip.id)]


def score_clip(clip: Clip, check: Check) -> Score:
    """Put the marked and the original clip through the channel, and look at what comes out."""
    original = clip.read()
    marked = decode_lossless(layout.marked(clip.id), original)
    sent_marked, sent = (check.channel.send(frames, clip.id) for frames in (marked, original))
    z_marked, z_unmarked = (
        searched(received.frames, check.signature, check.key, check.channel.search_range)
        for received in (sent_marked, sent)
    )
    reference = check.channel.uncoded(original)
    before, after = (fingerprint(frames, check.recipe) for frames in (original, sent.frames))
    return Score(
        id=clip.id,
        group=clip.group,
        z_marked=z_marked,
        z_unmarked=z_unmarked,
        psnr_db=psnr_rgb(original, marked),
        drift=hamming(before, after),
        kbps=sent.kbps,
        kbps_marked=sent_marked.kbps,
        received_psnr_db=psnr_rgb(reference, sent.frames),
        received_psnr_db_marked=psnr_rgb(reference, sent_marked.frames),
    )


def summary(
    scores: list[Score], channel: Channel, limit: float, confidence: float
) -> dict[str, Metric]:
    """The metrics of the row: how it was encoded, the signature's and the fingerprint's."""
    rates = detection_rates(
        [score.z_marked for score in scores],
        [score.z_unmarked for score in scores],
        z_threshold=limit,
        attempts=channel.search_range.attempts,
        confidence=confidence,
    )
    drifts = np.array([score.drift for score in scores])
    return {
        "crf": channel.codecs[-1].crf,
        "bitrate_kbps": fmean(score.kbps for score in scores),
        "psnr_db": fmean(score.received_psnr_db for score in scores),
        "bitrate_kbps_marked": fmean(score.kbps_marked for score in scores),
        "psnr_db_marked": fmean(score.received_psnr_db_marked for score in scores),
        "signature": {
            **rates,
            "attempts": channel.search_range.attempts,
            "psnr_db": fmean(score.psnr_db for score in scores),
        },
        "fingerprint": {
            "bits": BITS,
            "drift_median": float(np.median(drifts)),
            "drift_p95": float(np.percentile(drifts, 95)),
            "drift_max": int(drifts.max()),
        },
    }


def arguments() -> argparse.Namespace:
    """Which row is asked for."""
    options = parser()
    row = options.add_mutually_exclusive_group(required=True)
    row.add_argument("--crf", type=int, help="another CRF of the encoder under test")
    row.add_argument(
        "--encoder", choices=get_args(EncoderName), help="another encoder, at the same bitrate"
    )
    row.add_argument("--edit", choices=EDIT_NAMES, help="something that happens besides")
    return options.parse_args()


if __name__ == "__main__":
    run(partial(main, asked=arguments()))
