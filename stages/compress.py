"""Put every clip through the encoder under test, and measure what that costs."""

import json
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import fmean

from stages.files import link_or_copy, write_bytes, write_text, written_whole
from stages.pipeline import layout
from stages.pipeline.metrics import write_metrics
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
    """One clip after the codec: its file in scratch, and its numbers."""

    path: str
    bitrate_kbps: float
    bits_per_pixel: float
    psnr_db: float
    ssim: float
    vmaf: float


def main(params: Params) -> None:
    codec = params.compress.codec
    clips = read_manifest(layout.MANIFEST)
    scratch = Scratch("compress")
    with workers() as pool:
        compress = partial(compress_clip, codec=codec, scratch=scratch)
        done = map_items(pool, compress, clips, label=f"compress at CRF {codec.crf}")
    with written_whole(layout.COMPRESSED) as folder:
        for clip, compressed in zip(clips, done, strict=True):
            target = folder / layout.compressed(clip.id).relative_to(layout.COMPRESSED)
            link_or_copy(Path(compressed.path), target)
    natural = [
        compressed for clip, compressed in zip(clips, done, strict=True) if clip.kind == NATURAL
    ]
    names = ("bitrate_kbps", "bits_per_pixel", "psnr_db", "ssim", "vmaf")
    means = {name: fmean(getattr(compressed, name) for compressed in natural) for name in names}
    write_metrics(layout.metrics("compress"), {"crf": codec.crf, **means})
    scratch.clear()


def compress_clip(clip: Clip, codec: Codec, scratch: Scratch) -> Compressed:
    """Encode one clip and measure the result, unless an interrupted run has done it already."""
    name = digest(asdict(clip), file_digest(Path(clip.path)), asdict(codec), version())
    video, numbers = scratch.path(f"{name}.mkv"), scratch.path(f"{name}.json")
    if not numbers.exists():
        frames = clip.read()
        encoded = codec.encode(frames, subject=clip.id)
        quality = measure(frames, codec.decode(encoded, frames, subject=clip.id))
        bits = 8 * len(encoded)
        seconds = len(frames) / Fraction(clip.fps)
        compressed = Compressed(
            path=str(video),
            bitrate_kbps=bits / float(seconds) / 1000,
            bits_per_pixel=bits / (len(frames) * frames.width * frames.height),
            **asdict(quality),
        )
        write_bytes(video, encoded)
        write_text(numbers, json.dumps(asdict(compressed)))
    return Compressed(**json.loads(numbers.read_text()))


if __name__ == "__main__":
    run(main)
