"""Send the clips that `validate` marked through another CRF, encoder or edit: a row of the sweep.

    python -m stages.sweep --crf 40
    python -m stages.sweep --encoder libx265
    python -m stages.sweep --edit cropped

The signature stays as it is. Beside the mark, each row tells the drift of the fingerprint.
"""

import argparse
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import fmean

import numpy as np

from stages.common.command_line import parser
from stages.common.errors import AfterimageError
from stages.contest.rates import detection_rates
from stages.contest.scheme import Scheme
from stages.fingerprint.recipe import fingerprint, recipe
from stages.pipeline import layout
from stages.pipeline.executor import FileExecutor
from stages.pipeline.metrics import Metric, write_metrics, write_table
from stages.pipeline.params import Params
from stages.pipeline.run_key import secret_key
from stages.pipeline.stage import run
from stages.pipeline.workers import in_order, map_items, workers
from stages.signature.model.spectrum import load_signature
from stages.signature.scheme import plain_scheme
from stages.video.channel import Channel
from stages.video.clips import Clip, of_split, read_manifest, subsample
from stages.video.codec import Codec
from stages.video.edit import edit, edit_names
from stages.video.encoder import encoder_names
from stages.video.lossless import decode_lossless
from stages.video.matching import codec_of_size
from stages.video.quality import psnr_rgb
from stages.video.search_range import SearchRange

log = logging.getLogger(__name__)

# Clips on which another encoder's CRF is found.
MATCHED_CLIPS = 4


@dataclass(frozen=True)
class RowTest:
    """The test that every clip of a row undergoes."""

    channel: Channel
    scheme: Scheme
    key: bytes = field(repr=False)
    recipe: str


@dataclass(frozen=True)
class RowScore:
    """The scores of one clip: a row of the table. ``psnr_db`` is the mark's, before the channel."""

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


def main(params: Params, row: argparse.Namespace) -> None:
    clips = of_split(read_manifest(layout.MANIFEST), "test")
    if not clips:
        raise AfterimageError(f"{layout.MANIFEST}: no natural clip to test on")
    settings = params.signature
    with workers() as pool:
        channel = channel_of(params, row, clips, pool)
        test = RowTest(
            channel,
            plain_scheme(load_signature(layout.SIGNATURE), settings, channel.search_range),
            secret_key(settings.demonstration_key),
            params.fingerprint.recipe,
        )
        scores = map_items(
            pool, partial(score_clip, test=test), long_enough(clips, channel),
            label=channel.name, reads=both_files,
        )  # fmt: skip
    write_table(layout.sweep_table(channel.name), [asdict(score) for score in scores])
    write_metrics(
        layout.sweep_metrics(channel.name), summary(scores, test, params.validation.confidence)
    )


def channel_of(
    params: Params, row: argparse.Namespace, clips: Sequence[Clip], pool: FileExecutor
) -> Channel:
    """Return the channel of the row that is asked for."""
    codec, sweep = params.compress.codec, params.sweep
    if row.encoder:
        matched = matched_codec(row.encoder, codec, subsample(clips, MATCHED_CLIPS), pool)
        return Channel(row.encoder, (matched,))
    if row.edit is None:
        return Channel(f"crf{row.crf}", (replace(codec, crf=row.crf),))
    record = edit(row.edit)
    again = replace(codec, crf=sweep.second_crf)
    return Channel(
        row.edit,
        (codec, again) if record.second_encode else (codec,),
        row.edit,
        SearchRange(
            sweep.search_frames if record.searches_shift else 0,
            sweep.search_zoom_percent if record.searches_zoom else 0,
        ),
    )


def matched_codec(
    encoder_name: str, reference: Codec, clips: Sequence[Clip], pool: FileExecutor
) -> Codec:
    """Return another encoder at the CRF at which clips take as many bytes as `compress` left."""

    def total_bytes(codec: Codec) -> int:
        encode = partial(encoded_bytes, codec=codec)
        return sum(in_order(pool, encode, clips, reads=lambda clip: [clip.file]))

    size = sum(layout.compressed(clip.id).stat().st_size for clip in clips)
    return codec_of_size(encoder_name, reference, size, total_bytes)


def encoded_bytes(clip: Clip, codec: Codec) -> int:
    """Encode a clip, and return its size in bytes."""
    return len(codec.encode(clip.read(), subject=clip.id))


def long_enough(clips: Sequence[Clip], channel: Channel) -> list[Clip]:
    """Return the clips that the channel leaves something of."""
    needed = {clip.id: channel.shortest_clip(Fraction(clip.fps)) for clip in clips}
    kept = [clip for clip in clips if clip.frames >= needed[clip.id]]
    short = [clip.id for clip in clips if clip.frames < needed[clip.id]]
    if short:
        log.warning("%s: left out, too short for it: %s", channel.name, ", ".join(short))
    if not kept:
        raise AfterimageError(
            f"{layout.MANIFEST}: `{channel.name}` leaves nothing of any natural test clip, for it "
            f"needs {min(needed.values())} frames; raise fetch.max_frames, or take it out of "
            "sweep.edits"
        )
    return kept


def both_files(clip: Clip) -> list[Path]:
    """Return the files that ``score_clip`` reads."""
    return [clip.file, layout.marked(clip.id)]


def score_clip(clip: Clip, test: RowTest) -> RowScore:
    """Send the marked and the original clip through the channel, and look at what comes out."""
    original = clip.read()
    marked = decode_lossless(layout.marked(clip.id), original)
    received_marked, received = (
        test.channel.send(frames, clip.id) for frames in (marked, original)
    )
    z_marked, z_unmarked = (
        test.scheme.detect(video.frames, test.key).score for video in (received_marked, received)
    )
    reference = test.channel.uncoded(original)
    before, after = (fingerprint(frames, test.recipe) for frames in (original, received.frames))
    return RowScore(
        id=clip.id,
        group=clip.group,
        z_marked=z_marked,
        z_unmarked=z_unmarked,
        psnr_db=psnr_rgb(original, marked),
        drift=recipe(test.recipe).distance(before, after),
        kbps=received.kbps,
        kbps_marked=received_marked.kbps,
        received_psnr_db=psnr_rgb(reference, received.frames),
        received_psnr_db_marked=psnr_rgb(reference, received_marked.frames),
    )


def summary(scores: Sequence[RowScore], test: RowTest, confidence: float) -> dict[str, Metric]:
    """Compute the metrics of the row: how it was encoded, the signature's and the fingerprint's."""
    rates = detection_rates(
        [score.z_marked for score in scores],
        [score.z_unmarked for score in scores],
        threshold=test.scheme.threshold,
        false_positive_bound=test.scheme.false_positive_bound,
        confidence=confidence,
    )
    drifts = np.array([score.drift for score in scores])
    return {
        "crf": test.channel.codecs[-1].crf,
        "bitrate_kbps": fmean(score.kbps for score in scores),
        "psnr_db": fmean(score.received_psnr_db for score in scores),
        "bitrate_kbps_marked": fmean(score.kbps_marked for score in scores),
        "psnr_db_marked": fmean(score.received_psnr_db_marked for score in scores),
        "signature": {
            **rates,
            "attempts": test.channel.search_range.attempts,
            "psnr_db": fmean(score.psnr_db for score in scores),
        },
        "fingerprint": {
            "bits": recipe(test.recipe).bits,
            "drift_median": float(np.median(drifts)),
            "drift_p95": float(np.percentile(drifts, 95)),
            "drift_max": int(drifts.max()),
        },
    }


def arguments() -> argparse.Namespace:
    """Parse the command line, which names the row."""
    options = parser()
    rows = options.add_mutually_exclusive_group(required=True)
    rows.add_argument("--crf", type=int, help="another CRF of the encoder under test")
    rows.add_argument(
        "--encoder", choices=encoder_names(), help="another encoder, at the same bitrate"
    )
    rows.add_argument("--edit", choices=edit_names(), help="an edit, before or after the codec")
    return options.parse_args()


if __name__ == "__main__":
    run(partial(main, row=arguments()))
