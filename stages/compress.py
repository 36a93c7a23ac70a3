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
class Compressed:
    """What became of one clip."""

    bitrate_kbps: float
    bits_per_pixel: float
    psnr_db: float
    ssim: float
    vmaf: float


def main(params: Params) -> None:
    codec = params.compress.codec
    scratch = Scratch("compress")
    checkpoints = [
        Checkpoint.of(clip, scratch, asdict(codec)) for clip in read_manifest(layout.MANIFEST)
    ]
    missing = [one for one in checkpoints if not one.done]
    with workers() as pool:
        compress = partial(compress_clip, codec=codec)
        map_items(pool, compress, missing, label=f"compress at CRF {codec.crf}", reads=clip_file)
    with written_whole(layout.COMPRESSED) as folder:
        for one in checkpoints:
            one.give(folder / layout.compressed(one.clip.id).relative_to(layout.COMPRESSED))
    write_table(layout.COMPRESSED_TABLE, [row(one) for one in checkpoints])
    natural = [Compressed(**one.found()) for one in checkpoints if one.clip.kind == NATURAL]
    names = [field.name for field in fields(Compressed)]
    means = {name: fmean(getattr(compressed, name) for compressed in natural) for name in names}
    write_metrics(layout.metrics("compress"), {"crf": codec.crf, **means})
    scratch.clear()


def row(one: Checkpoint) -> dict[str, str | float]:
    """A clip's row of the table; who depends on the table depends on the file, by its SHA-256."""
    return {"id": one.clip.id, **one.found(), "sha256": file_digest(one.video)}


def clip_file(one: Checkpoint) -> list[Path]:
    """What ``compress_clip`` reads."""
    return [one.clip.file]


def compress_clip(one: Checkpoint, codec: Codec) -> None:
    """Encode one clip and measure the result."""
    clip, frames = one.clip, one.clip.read()
    encoded = codec.encode(frames, subject=clip.id)
    quality = measure(frames, codec.decode(encoded, frames, subject=clip.id))
    bits = 8 * len(encoded)
    seconds = len(frames) / Fraction(clip.fps)
    compressed = Compressed(
        bitrate_kbps=bits / float(seconds) / 1000,
        bits_per_pixel=bits / (len(frames) * frames.width * frames.height),
        **asdict(quality),
    )
    one.leave(encoded, asdict(compressed))


if __name__ == "__main__":
    parser().parse_args()
    run(main)
