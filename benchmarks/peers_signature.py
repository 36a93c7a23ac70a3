"""The signature beside public watermarks: the same clips, codecs, distortion and false positives.

``python -m benchmarks.peers_signature DIR...``

The peers are `invisible-watermark` (dwtDct, dwtDctSvd, and RivaGAN, whose weights come in the
package) and `blind-watermark`. They bring an OpenCV of their own and PyTorch, so install them in an
environment apart: ``pip install -e '.[peers-signature]'``. Those that are missing are left out.

Everything that is compared speaks the protocol of `stages/contest/scheme.py`. Peers mark single
pictures with a payload. Here the payload is drawn from the key, and read with the votes of all
frames summed. In a video without the mark the number of bits that agree is binomial, and the mark
counts as found if the chance of so many is at most ``FPR``. This holds for every video, like the
bound on ``z``.

Equal distortion: a peer with a strength gets, clip by clip, the one that meets the PSNR (bisection
on a few frames), and its detector is told that strength; RivaGAN has none. Then for every peer the
difference it made, as 4:2:0 video, is scaled to the very PSNR by the function that adds our mark.
"""

import importlib.util
import json
import math
import multiprocessing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from benchmarks.command_line import folders
from benchmarks.footage import clips, heading, load, markdown
from benchmarks.processor import cpu_seconds
from stages.common.command_line import report_errors
from stages.common.files import write_text
from stages.common.statistics import exact_interval
from stages.contest.scheme import Detection, Scheme
from stages.pipeline import layout
from stages.pipeline.params.file import PARAMS_FILE, load_params
from stages.pipeline.processes import processes
from stages.pipeline.scratch import Scratch, digest, file_digest
from stages.pipeline.workers import map_items
from stages.signature.embed.embed import add
from stages.signature.embed.residuals import Residual, Residuals
from stages.signature.model.chips import chips, derived_key
from stages.signature.model.spectrum import load_signature
from stages.signature.scheme import SpreadSpectrum, adapted_scheme
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.codec import Codec
from stages.video.edit import edit
from stages.video.frames import Frames
from stages.video.planes import PlaneName
from stages.video.quality import RgbReference, psnr_rgb

CRFS = (23, 28, 35, 40, 45, 51)
GREY_CRF = 28
CONDITIONS = (*(f"CRF {crf}" for crf in CRFS), f"CRF {GREY_CRF}, then grey")
PSNR_DB = 45.0
FPR = 1e-6
CONFIDENCE = 0.95

# The strength of a peer is tuned on every so many frames, in so many halvings.
_TUNING_EVERY, _HALVINGS = 12, 8
# RivaGAN takes 0.6 s to read a frame: it reads every so many.
_RIVAGAN_EVERY = 5

SCRATCH = Scratch("peers_signature")

Bits = NDArray[np.bool_]
Floats = NDArray[np.float32]
# One frame, blue first, as OpenCV and the peers have it [shape=(H, W, 3)].
Picture = NDArray[np.uint8]
# Makes the scheme that marks a clip with a key.
Entrant = Callable[[Frames, bytes], Scheme]


@dataclass(frozen=True)
class ClipResult:
    """The results of one scheme on one clip.

    Attributes
    ----------
    bounds : under each of ``CONDITIONS``, on the probability that a video without the mark looks as
        marked.
    marking, detecting : CPU seconds a frame, with all child processes; the tuning of a peer's
        strength is not counted.
    """

    psnr_db: float
    bounds: Sequence[float]
    marking: float
    detecting: float


def main(directories: list[Path]) -> None:
    paths = clips(directories)
    names = list(entrants())
    pairs = [(name, path) for path in paths for name in names]
    with processes() as pool:
        every = map_items(pool, remembered, pairs, label="marks", unit="clips and methods")
    SCRATCH.clear()
    rows = {name: every[index :: len(names)] for index, name in enumerate(names)}
    print(f"# {heading(__doc__)}\n")
    print(markdown([detection_row(name, results) for name, results in rows.items()]))
    print()
    print(markdown([bound_row(name, results) for name, results in rows.items()]))
    missing = [name for name, peer in PEERS.items() if not peer.installed]
    print(
        f"\n{len(paths)} real clips, 320x240, up to 60 frames, x264 medium. First table: clips "
        f"found at a false positive rate of at most {FPR:.0e}, with the exact {CONFIDENCE:.0%} "
        "interval. Second table: median bound on the probability that a video without the mark "
        f"would look as marked. PSNR: over R, G and B, least and greatest of the clips; every "
        f"method was set to {PSNR_DB:g} dB on every clip, RivaGAN by scaling its difference, the "
        "other peers by their strength, which their detectors are told. Frames/s: a second of "
        f"processor time, codec runs included, median of the clips ({len(paths)} runs; detecting: "
        f"of {len(CONDITIONS)} a clip). Of 32 bits 30 have to agree, of 256 bits 167. RivaGAN has "
        f"32 and is read from every {_RIVAGAN_EVERY}th frame, for time."
        + (f" Left out: {', '.join(missing)}." if missing else "")
    )


def entrants() -> dict[str, Entrant]:
    """Return everything that is compared, by name; peers only if they are installed."""
    peers = {name: peer.tuned for name, peer in PEERS.items() if peer.installed}
    return {**peers, **{name: unchanged(scheme) for name, scheme in ours().items()}}


def unchanged(scheme: Scheme) -> Entrant:
    """Return an entrant that is the same scheme for every clip."""
    return lambda _frames, _key: scheme


def remembered(pair: tuple[str, Path]) -> ClipResult:
    """Do ``measure``, or load its result, kept until the benchmark is done.

    The benchmark takes hours, and may be stopped.
    """
    name, path = pair
    files = [path, Path(__file__), PARAMS_FILE, layout.SIGNATURE]
    digests = [file_digest(file) for file in files if file.exists()]
    checkpoint = SCRATCH.path(f"{digest(name, *digests)}.json")
    if not checkpoint.exists():
        write_text(checkpoint, json.dumps(asdict(measure(pair))))
    return ClipResult(**json.loads(checkpoint.read_text(encoding="utf-8")))


def measure(pair: tuple[str, Path]) -> ClipResult:
    """Mark a clip with a scheme, send it through every codec, and look for the mark."""
    name, path = pair
    frames, key = load(path), derived_key(b"benchmarks/peers_signature", path.name)
    scheme = entrants()[name](frames, key)
    with cpu_seconds() as marking:
        marked = scheme.mark(frames, key, clip_id=path.name)
    received = [Codec(crf=crf).round_trip(marked) for crf in CRFS]
    received.append(edit("grey").apply(received[CRFS.index(GREY_CRF)]))
    with cpu_seconds() as detecting:
        bounds = tuple(scheme.detect(video, key).bound for video in received)
    return ClipResult(
        psnr_rgb(frames, marked),
        bounds,
        marking[0] / len(frames),
        detecting[0] / len(frames) / len(received),
    )


def detection_row(name: str, results: Sequence[ClipResult]) -> dict[str, str]:
    """Return the share of clips found under each condition, the distortion and the speed."""
    psnr = [result.psnr_db for result in results]
    row = {"method": name, "PSNR, dB": f"{min(psnr):.2f} to {max(psnr):.2f}"}
    for index, condition in enumerate(CONDITIONS):
        hits = sum(result.bounds[index] <= FPR for result in results)
        low, high = exact_interval(hits, len(results), CONFIDENCE)
        row[condition] = (
            f"{hits / len(results):.0%} ({hits} of {len(results)}; {low:.0%} to {high:.0%})"
        )
    row["marking, frames/s"] = f"{1 / median(result.marking for result in results):.1f}"
    row["detecting, frames/s"] = f"{1 / median(result.detecting for result in results):.0f}"
    return row


def bound_row(name: str, results: Sequence[ClipResult]) -> dict[str, str]:
    """Return the median bound on a chance match under each condition."""
    return {"method": name} | {
        condition: f"{median(result.bounds[index] for result in results):.0e}"
        for index, condition in enumerate(CONDITIONS)
    }


# --- ours ------------------------------------------------------------------------------------


def ours() -> dict[str, SpreadSpectrum]:
    """Return both hand-set presets, with and without a closed loop, and the searched signature."""
    params = load_params()
    signatures = {
        "ours, `balanced`": to_signature(hand_set_vector(), "balanced"),
        "ours, `colour`": to_signature(hand_set_vector(), "colour"),
    }
    hand_set = list(signatures)
    if layout.SIGNATURE.exists():
        signatures["ours, searched"] = load_signature(layout.SIGNATURE)
    adapted = {}
    for name, signature in signatures.items():
        scheme = adapted_scheme(signature, params.compress.codec, params.signature)
        distortion = replace(scheme.distortion, psnr_db=PSNR_DB)
        adapted[name] = replace(scheme, distortion=distortion, false_positive_rate=FPR)
    plain = {f"{name}, no codec run": replace(adapted[name], loop=None) for name in hand_set}
    return plain | adapted


# --- peers -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class PictureWatermark:
    """A watermark with a payload for single pictures.

    Attributes
    ----------
    module : the package that has to be installed.
    bits : length of the payload.
    paint : marks a picture with a payload at a strength; whole or real numbers from 0 to 255.
    read : reads the payload of some pictures, marked at a strength [shape=(bits,)].
    strengths : least and greatest; None if it has only one.
    """

    module: str
    bits: int
    paint: Callable[[Picture, Bits, float], NDArray[Any]]
    read: Callable[[Sequence[Picture], int, float], Bits]
    strengths: tuple[float, float] | None = None

    @property
    def installed(self) -> bool:
        return importlib.util.find_spec(self.module) is not None

    def payload(self, key: bytes) -> Bits:
        """Draw the payload of a key."""
        return np.asarray(chips(key, self.module, self.bits) > 0)

    def change(self, frames: Frames, payload: Bits, strength: float) -> Residuals:
        """Return the difference that painting makes, not rounded, in planes."""
        return in_planes(
            np.stack(
                [
                    self.paint(picture, payload, strength).astype(np.float32) - picture
                    for picture in pictures(frames)
                ]
            )
        )

    def tuned(self, frames: Frames, key: bytes) -> "PayloadScheme":
        """Return a scheme at the strength that makes the PSNR, by bisection on some frames."""
        if self.strengths is None:
            return PayloadScheme(self, 1.0)
        sample, payload = Frames(frames.i420[::_TUNING_EVERY], frames.fps), self.payload(key)
        low, high = self.strengths
        for _ in range(_HALVINGS):
            mean = math.sqrt(low * high)
            marked = summed(sample, self.change(sample, payload, mean))
            low, high = (mean, high) if psnr_rgb(sample, marked) > PSNR_DB else (low, mean)
        return PayloadScheme(self, math.sqrt(low * high))


@dataclass(frozen=True)
class PayloadScheme:
    """A picture watermark at a strength, with a payload drawn from the key.

    The score is the number of bits that agree, which is binomial in a video without the mark.
    """

    watermark: PictureWatermark
    strength: float

    @property
    def threshold(self) -> float:
        """The least number of bits whose bound is at most ``FPR``."""
        return float(binom.isf(FPR, self.watermark.bits, 0.5) + 1)

    @property
    def false_positive_bound(self) -> float:
        """The probability that so many bits agree by chance."""
        return self._detection(self.threshold).bound

    def mark(self, frames: Frames, key: bytes, *, clip_id: str) -> Frames:  # noqa: ARG002
        """Paint every frame, and scale the difference to the PSNR."""
        change = self.watermark.change(frames, self.watermark.payload(key), self.strength)
        return add(RgbReference.of(frames), change, psnr_db=PSNR_DB)

    def detect(self, frames: Frames, key: bytes) -> Detection:
        """Read the payload from all frames together, and compare it with the key's."""
        (detection,) = self.detect_chance(frames, [key])
        return detection

    def detect_chance(self, frames: Frames, keys: Iterable[bytes]) -> list[Detection]:
        """Compare the payload, read once, with those of many keys."""
        bits = self.watermark.read(pictures(frames), self.watermark.bits, self.strength)
        return [self._detection(int(np.sum(bits == self.watermark.payload(key)))) for key in keys]

    def _detection(self, agreeing: float) -> Detection:
        return Detection(agreeing, float(binom.sf(agreeing - 1, self.watermark.bits, 0.5)))


def pictures(frames: Frames) -> list[Picture]:
    """Convert the frames to pictures, blue first."""
    return [np.ascontiguousarray(rgb[..., ::-1]) for rgb in frames.rgb()]


def in_planes(change: Floats) -> Residuals:
    """Convert a change of B, G and R [shape=(T, H, W, 3)] to Y, U and V (BT.601, limited range)."""
    luma = np.array([24.966, 128.553, 65.481], np.float32) / 255
    blue = np.array([112.0, -74.203, -37.797], np.float32) / 255
    red = np.array([-18.214, -93.786, 112.0], np.float32) / 255
    count, height, width, _ = change.shape
    coarse = change.reshape(count, height // 2, 2, width // 2, 2, 3).mean(axis=(2, 4))
    planes: dict[PlaneName, NDArray[Any]] = {
        "Y": change @ luma,
        "U": coarse @ blue,
        "V": coarse @ red,
    }
    return {plane: Residual.of(pictures) for plane, pictures in planes.items()}


def summed(frames: Frames, change: Residuals) -> Frames:
    """Add a change to frames as it is, and round to 8 bits."""
    marked = Frames(frames.i420.copy(), frames.fps)
    for plane, residual in change.items():
        target = marked.plane(plane)
        target[:] = np.clip(np.rint(target + residual.frames()), 0, 255)
    return marked


def of_imwatermark(module: str, name: str, bits: int) -> PictureWatermark:
    """Return ``dwtDct`` or ``dwtDctSvd``, which quantise blocks of U's low band, in steps."""

    def coder(payload: Sequence[int], count: int, scale: float) -> Any:
        scales = [0, scale, scale]
        kind = getattr(importlib.import_module(f"imwatermark.{module}"), name)
        return kind(payload, wmLen=count, scales=scales)

    def paint(picture: Picture, payload: Bits, scale: float) -> NDArray[Any]:
        return np.asarray(coder(payload.astype(int).tolist(), payload.size, scale).encode(picture))

    def read(marked: Sequence[Picture], count: int, scale: float) -> Bits:
        import pywt  # noqa: PLC0415

        # As the package's decode() does with a picture, but with the votes of all of them.
        reader = coder([], count, scale)
        votes: list[list[float]] = [[] for _ in range(count)]
        for picture in marked:
            chroma = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV)[..., 1]
            votes = reader.decode_frame(pywt.dwt2(chroma, "haar")[0], scale, votes)
        return balanced(np.array([np.mean(of_bit) for of_bit in votes]))

    return PictureWatermark("imwatermark", bits, paint, read, strengths=(4.0, 400.0))


def riva_gan() -> PictureWatermark:
    """Return RivaGAN (Zhang et al., 2019), which has 32 bits."""

    def model(bits: Sequence[int]) -> Any:
        from imwatermark import rivaGan  # noqa: PLC0415
        from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415

        kind = rivaGan.RivaWatermark
        if not kind.encoder:
            # As its loadModel() does, but on one thread, like everyone here.
            options = SessionOptions()
            options.intra_op_num_threads = 1
            folder = Path(rivaGan.__file__).parent
            for part in ("encoder", "decoder"):
                model_file = str(folder / f"rivagan_{part}.onnx")
                setattr(kind, part, InferenceSession(model_file, options))
        return kind(bits)

    def paint(picture: Picture, payload: Bits, _: float) -> NDArray[Any]:
        return np.asarray(model(payload.astype(int).tolist()).encode(picture))

    def read(marked: Sequence[Picture], _count: int, _: float) -> Bits:
        sample = np.stack(marked[::_RIVAGAN_EVERY]).transpose(0, 3, 1, 2)[:, :, None]
        decoder = model([0] * 32).decoder
        inputs = [{"frame": frame[None].astype(np.float32) / 127.5 - 1} for frame in sample]
        return balanced(np.mean([decoder.run(None, frame)[0][0] for frame in inputs], axis=0))

    return PictureWatermark("imwatermark", 32, paint, read)


def of_blind_watermark() -> PictureWatermark:
    """Return blind-watermark, which quantises singular values of blocks, shuffled by a password."""

    def core(strength: float) -> Any:
        # The package insists on choosing how processes are started, and says so once more.
        multiprocessing.set_start_method(None, force=True)
        from blind_watermark.bwm_core import WaterMarkCore  # noqa: PLC0415

        coder = WaterMarkCore()
        coder.d1, coder.d2 = strength, strength * 20 / 36
        return coder

    def paint(picture: Picture, payload: Bits, strength: float) -> NDArray[Any]:
        coder = core(strength)
        coder.read_img_arr(picture)
        coder.read_wm(payload.astype(int))
        return np.asarray(coder.embed())

    def read(marked: Sequence[Picture], count: int, strength: float) -> Bits:
        reader = core(strength)
        return balanced(np.mean([reader.extract(picture, count) for picture in marked], axis=0))

    return PictureWatermark("blind_watermark", 256, paint, read, strengths=(4.0, 400.0))


def balanced(votes: NDArray[np.float64]) -> Bits:
    """Return which bits have more votes than the mean: about half are 1, and votes have a bias."""
    return np.asarray(votes > votes.mean())


PEERS = {
    "dwtDct, 32 bits": of_imwatermark("maxDct", "EmbedMaxDct", bits=32),
    "dwtDctSvd, 32 bits": of_imwatermark("dwtDctSvd", "EmbedDwtDctSvd", bits=32),
    "dwtDct, 256 bits": of_imwatermark("maxDct", "EmbedMaxDct", bits=256),
    "dwtDctSvd, 256 bits": of_imwatermark("dwtDctSvd", "EmbedDwtDctSvd", bits=256),
    "RivaGAN, 32 bits": riva_gan(),
    "blind-watermark, 256 bits": of_blind_watermark(),
}


if __name__ == "__main__":
    with report_errors():
        main(folders())
