"""Put every clip through the encoder under test, and measure what that costs."""

from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import fmean

from stages.common.command_line import parser
from stages.common.files import written_whole
from stages.pipeline import layout
from stages.pipeline.checkpoint import Checkpoint
from stages.pipeline.metrics import write_metrics, write_table
from stages.pipeline.params import Params
from stages.pipeline.scratch import Scratch, file_digest
from stages.pipeline.stage import run
from stages.pipeline.workers import map_items, workers
from stages.video.clips import NATURAL, read_manifest
from stages.video.codec import Codec
from stages.video.quality import measure


@dataclass(frozen=True)
class CompressedClip:
    """The rate and the quality of one compressed clip."""

    bitrate_kbps: float
    bits_per_pixel: float
    psnr_db: float
    ssim: float
    vmaf: float


def main(params: Params) -> None:
    codec, scratch = params.compress.codec, Scratch("compress")
    checkpoints = [
        Checkpoint.of(clip, scratch, asdict(codec)) for clip in read_manifest(layout.MANIFEST)
    ]
    missing = [checkpoint for checkpoint in checkpoints if not checkpoint.done]
    with workers() as pool:
        compress = partial(compress_clip, codec=codec)
        map_items(pool, compress, missing, label=f"compress at CRF {codec.crf}", reads=clip_file)
    with written_whole(layout.COMPRESSED) as folder:
        for checkpoint in checkpoints:
            compressed = layout.compressed(checkpoint.clip.id).relative_to(layout.COMPRESSED)
            checkpoint.place_video(folder / compressed)
    write_table(layout.COMPRESSED_TABLE, [row(checkpoint) for checkpoint in checkpoints])
    natural = [
        CompressedClip(**checkpoint.numbers())
        for checkpoint in checkpoints
        if checkpoint.clip.kind == NATURAL
    ]
    means = {
        column.name: fmean(getattr(clip, column.name) for clip in natural)
        for column in fields(CompressedClip)
    }
    write_metrics(layout.metrics("compress"), {"crf": codec.crf, **means})
    scratch.clear()


def row(checkpoint: Checkpoint) -> dict[str, str | float]:
    """Return a clip's row; who depends on the table depends on the file, by its SHA-256."""
    digest = file_digest(checkpoint.video)
    return {"id": checkpoint.clip.id, **checkpoint.numbers(), "sha256": digest}


def clip_file(checkpoint: Checkpoint) -> list[Path]:
    """Return the files that ``compress_clip`` reads."""
    return [checkpoint.clip.file]


def compress_clip(checkpoint: Checkpoint, codec: Codec) -> None:
    """Encode one clip and measure the result."""
    clip, frames = checkpoint.clip, checkpoint.clip.read()
    encoded = codec.encode(frames, subject=clip.id)
    quality = measure(frames, codec.decode(encoded, frames, subject=clip.id))
    bits = 8 * len(encoded)
    seconds = len(frames) / Fraction(clip.fps)
    compressed = CompressedClip(
        bitrate_kbps=bits / float(seconds) / 1000,
        bits_per_pixel=bits / (len(frames) * frames.width * frames.height),
        **asdict(quality),
    )
    checkpoint.leave(encoded, asdict(compressed))


if __name__ == "__main__":
    parser().parse_args()
    run(main)
