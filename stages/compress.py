"""Put every clip through the encoder under test, and measure what that costs."""

import json
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import fmean

from stages.files import link_or_copy, write_bytes, write_text, written_whole
from stages.pipeline import layout
from stages.pipeline.metrics import write_metrics, write_table
from stages.pipeline.params import Params
from stages.pipeline.scratch import Scratch, digest, file_digest
from stages.pipeline.stage import run
from stages.pipeline.workers import map_items, workers
from stages.video.clips import NATURAL, Clip, read_manifest
from stages.video.codec import Codec
from stages.video.ffmpeg import version
from stages.video.quality import measure


@dataclass(frozen=True)
class Compressed:
    """What became of one clip."""

    bitrate_kbps: float
    bits_per_pixel: float
    psnr_db: float
    ssim: float
    vmaf: float


@dataclass(frozen=True)
class Piece:
    """One clip's work: the clip, its file after the codec and its numbers, both in scratch."""

    clip: Clip
    video: Path
    numbers: Path

    @property
    def done(self) -> bool:
        """Whether both are there; a cluster's results do not come in the order of the work."""
        return self.video.exists() and self.numbers.exists()

    def compressed(self) -> Compressed:
        """The numbers, once the work is done."""
        return Compressed(**json.loads(self.numbers.read_text()))


def main(params: Params) -> None:
    codec = params.compress.codec
    scratch = Scratch("compress")
    pieces = [piece(clip, codec, scratch) for clip in read_manifest(layout.MANIFEST)]
    missing = [one for one in pieces if not one.done]
    with workers() as pool:
        compress = partial(compress_clip, codec=codec)
        map_items(pool, compress, missing, label=f"compress at CRF {codec.crf}", reads=clip_file)
    with written_whole(layout.COMPRESSED) as folder:
        for one in pieces:
            target = folder / layout.compressed(one.clip.id).relative_to(layout.COMPRESSED)
            link_or_copy(one.video, target)
    write_table(layout.COMPRESSED_TABLE, [row(one) for one in pieces])
    natural = [one.compressed() for one in pieces if one.clip.kind == NATURAL]
    names = [field.name for field in fields(Compressed)]
    means = {name: fmean(getattr(compressed, name) for compressed in natural) for name in names}
    write_metrics(layout.metrics("compress"), {"crf": codec.crf, **means})
    scratch.clear()


def piece(clip: Clip, codec: Codec, scratch: Scratch) -> Piece:
    """Where a clip's work is, or will be; an interrupted run may have done it already."""
    name = digest(asdict(clip), file_digest(Path(clip.path)), asdict(codec), version())
    return Piece(clip, scratch.path(f"{name}.mkv"), scratch.path(f"{name}.json"))


def row(one: Piece) -> dict[str, str | float]:
    """A clip's row of the table; who depends on the table depends on the file, by its SHA-256."""
    return {"id": one.clip.id, **asdict(one.compressed()), "sha256": file_digest(one.video)}


def clip_file(one: Piece) -> list[Path]:
    """What ``compress_clip`` reads."""
    return [Path(one.clip.path)]


def compress_clip(one: Piece, codec: Codec) -> None:
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
    write_bytes(one.video, encoded)
    write_text(one.numbers, json.dumps(asdict(compressed)))


if __name__ == "__main__":
    run(main)
