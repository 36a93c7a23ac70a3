"""The signature beside public watermarks: the same clips, codecs, distortion and false positives.

``python -m benchmarks.peers_signature DIR...``

The peers are `invisible-watermark` (dwtDct, dwtDctSvd, and RivaGAN, whose weights come in the
package) and `blind-watermark`. They bring an OpenCV of their own and PyTorch, so install them in an
environment apart: ``pip install -e '.[peers-signature]'``. Those that are missing are left out.

Peers mark single pictures with a payload. Here the payload is drawn from the key, and read with the
votes of all frames summed; how likely a video without the mark agrees in so many bits is binomial,
and it is found if that is at most ``FPR``. This holds for every video, like the bound on ``z``.

Equal distortion: a peer with a strength gets, clip by clip, the one that meets the PSNR (bisection
on a few frames), and its detector is told that strength; RivaGAN has none. Then for every peer the
difference it made, as 4:2:0 video, is scaled to the very PSNR by the function that adds our mark.
"""

import functools
import importlib.util
import json
import math
import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Protocol

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
from stages.contest.marking import conditions, headroom
from stages.pipeline import layout
from stages.pipeline.params_file import PARAMS_FILE, load_params
from stages.pipeline.processes import processes
from stages.pipeline.scratch import Scratch, digest, file_digest
from stages.pipeline.workers import map_items
from stages.signature.detect.bound import false_positive_bound
from stages.signature.detect.detect import statistic
from stages.signature.embed.closed_loop import ClosedLoop, embed_adapted
from stages.signature.embed.embed import add
from stages.signature.embed.residuals import Residual, Residuals
from stages.signature.model.chips import chips, derived_key
from stages.signature.model.spectrum import Signature, load_signature
from stages.signature.search.space import hand_set_vector, to_signature
from stages.video.codec import Codec
from stages.video.edit import grey
from stages.video.frames import Frames, Plane
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


@dataclass(frozen=True)
class Marked:
    """A marked clip, and how its detector judges what became of it.

    Attributes
    ----------
    cpu_seconds : spent on marking, with all child processes, without the tuning of a strength.
    chance : bound on the probability that a video without the mark looks as marked as this one.
    """

    frames: Frames
    cpu_seconds: float
    chance: Callable[[Frames], float]


class Method(Protocol):
    """A way to mark a clip with a key."""

    @property
    def name(self) -> str: ...

    def mark(self, frames: Frames, key: bytes) -> Marked: ...


@dataclass(frozen=True)
class Measured:
    """One method on one clip.

    Attributes
    ----------
    chances : under each of ``CONDITIONS``.
    marking, detecting : CPU seconds a frame.
    """

    psnr_db: float
    chances: Sequence[float]
    marking: float
    detecting: float


def main(directories: list[Path]) -> None:
    paths = clips(directories)
    names = list(methods())
    pairs = [(name, path) for path in paths for name in names]
    with processes() as pool:
        found = map_items(pool, remembered, pairs, label="marks", unit="clips and methods")
    SCRATCH.clear()
    rows = {name: found[index :: len(names)] for index, name in enumerate(names)}
    print(f"# {heading(__doc__)}\n")
    print(markdown([found_row(name, all_) for name, all_ in rows.items()]))
    print()
    print(markdown([chance_row(name, all_) for name, all_ in rows.items()]))
    missing = [peer.name for peer in PEERS if not peer.installed]
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


def methods() -> dict[str, Method]:
    """Everything that is compared, by name; peers only if they are installed."""
    every: list[Method] = [*(peer for peer in PEERS if peer.installed), *ours()]
    return {method.name: method for method in every}


def remembered(pair: tuple[str, Path]) -> Measured:
    """``measure``, kept until the benchmark is done: it takes hours, and may be stopped."""
    name, path = pair
    files = [path, Path(__file__), PARAMS_FILE, layout.SIGNATURE]
    depends = [file_digest(one) for one in files if one.exists()]
    piece = SCRATCH.path(f"{digest(name, *depends)}.json")
    if not piece.exists():
        write_text(piece, json.dumps(asdict(measure(pair))))
    return Measured(**json.loads(piece.read_text(encoding="utf-8")))


def measure(pair: tuple[str, Path]) -> Measured:
    """Mark a clip with a method, send it through every codec, and look for the mark."""
    name, path = pair
    frames = load(path)
    marked = methods()[name].mark(frames, derived_key(b"benchmarks/peers_signature", path.name))
    received = [Codec(crf=crf).round_trip(marked.frames) for crf in CRFS]
    received.append(grey(received[CRFS.index(GREY_CRF)]))
    with cpu_seconds() as detecting:
        chances = tuple(marked.chance(video) for video in received)
    return Measured(
        psnr_rgb(frames, marked.frames),
        chances,
        marked.cpu_seconds / len(frames),
        detecting[0] / len(frames) / len(received),
    )


def found_row(name: str, measured: Sequence[Measured]) -> dict[str, str]:
    """Share of clips found under each condition, with its interval; distortion and speed."""
    psnr = [one.psnr_db for one in measured]
    row = {"method": name, "PSNR, dB": f"{min(psnr):.2f} to {max(psnr):.2f}"}
    for index, condition in enumerate(CONDITIONS):
        hits = sum(one.chances[index] <= FPR for one in measured)
        low, high = exact_interval(hits, len(measured), CONFIDENCE)
        row[condition] = (
            f"{hits / len(measured):.0%} ({hits} of {len(measured)}; {low:.0%} to {high:.0%})"
        )
    row["marking, frames/s"] = f"{1 / median(one.marking for one in measured):.1f}"
    row["detecting, frames/s"] = f"{1 / median(one.detecting for one in measured):.0f}"
    return row


def chance_row(name: str, measured: Sequence[Measured]) -> dict[str, str]:
    """Median bound on a chance match under each condition."""
    return {"method": name} | {
        condition: f"{median(one.chances[index] for one in measured):.0e}"
        for index, condition in enumerate(CONDITIONS)
    }


# --- ours ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ours:
    """This project's mark; without a closed loop if there are no rounds."""

    name: str
    signature: Signature
    rounds: int

    def mark(self, frames: Frames, key: bytes) -> Marked:
        params = load_params()
        with cpu_seconds() as spent:
            marked = embed_adapted(
                frames, self.signature, key, psnr_db=PSNR_DB,
                loop=ClosedLoop(conditions(params.compress, params.signature), self.rounds),
                headroom=headroom(params.signature),
            )  # fmt: skip
        return Marked(marked, spent[0], functools.partial(self._chance, key))

    def _chance(self, key: bytes, received: Frames) -> float:
        return false_positive_bound(statistic(received, self.signature, key))


def ours() -> list[Ours]:
    """Both hand-set presets, with and without the closed loop, and what was found by search."""
    rounds = load_params().signature.closed_loop
    signatures = {
        "ours, `balanced`": to_signature(hand_set_vector(), "balanced"),
        "ours, `colour`": to_signature(hand_set_vector(), "colour"),
    }
    plain = [Ours(f"{name}, no codec run", one, 0) for name, one in signatures.items()]
    if layout.SIGNATURE.exists():
        signatures["ours, searched"] = load_signature(layout.SIGNATURE)
    return plain + [Ours(name, one, rounds) for name, one in signatures.items()]


# --- peers -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Peer:
    """A watermark with a payload for single pictures.

    Attributes
    ----------
    module : what has to be installed.
    bits : length of the payload.
    paint : marks a picture with a payload at a strength; whole or real numbers from 0 to 255.
    read : what the payload of some pictures looks like, at a strength [shape=(bits,)].
    strengths : least and greatest; None if it has only one.
    """

    name: str
    module: str
    bits: int
    paint: Callable[[Picture, Bits, float], NDArray[Any]]
    read: Callable[[Sequence[Picture], int, float], Bits]
    strengths: tuple[float, float] | None = None

    @property
    def installed(self) -> bool:
        return importlib.util.find_spec(self.module) is not None

    def mark(self, frames: Frames, key: bytes) -> Marked:
        payload = chips(key, self.module, self.bits) > 0
        strength = self._tuned(frames, payload)
        with cpu_seconds() as spent:
            change = self._change(frames, payload, strength)
        marked = add(RgbReference.of(frames), change, psnr_db=PSNR_DB)
        return Marked(marked, spent[0], functools.partial(self._chance, payload, strength))

    def _chance(self, payload: Bits, strength: float, received: Frames) -> float:
        seen = self.read(pictures(received), self.bits, strength)
        agreeing = int(np.sum(seen == payload))
        return float(binom.sf(agreeing - 1, self.bits, 0.5))

    def _tuned(self, frames: Frames, payload: Bits) -> float:
        """The strength that makes the PSNR, by bisection on some of the frames."""
        if self.strengths is None:
            return 1.0
        some = Frames(frames.i420[::_TUNING_EVERY], frames.fps)
        low, high = self.strengths
        for _ in range(_HALVINGS):
            mean = math.sqrt(low * high)
            marked = summed(some, self._change(some, payload, mean))
            low, high = (mean, high) if psnr_rgb(some, marked) > PSNR_DB else (low, mean)
        return math.sqrt(low * high)

    def _change(self, frames: Frames, payload: Bits, strength: float) -> Residuals:
        return in_planes(
            np.stack(
                [
                    self.paint(picture, payload, strength).astype(np.float32) - picture
                    for picture in pictures(frames)
                ]
            )
        )


def pictures(frames: Frames) -> list[Picture]:
    """The frames as the peers want them."""
    return [np.ascontiguousarray(rgb[..., ::-1]) for rgb in frames.rgb()]


def in_planes(change: Floats) -> Residuals:
    """A change of B, G and R [shape=(T, H, W, 3)] as one of Y, U and V (BT.601, limited range)."""
    luma = np.array([24.966, 128.553, 65.481], np.float32) / 255
    blue = np.array([112.0, -74.203, -37.797], np.float32) / 255
    red = np.array([-18.214, -93.786, 112.0], np.float32) / 255
    count, height, width, _ = change.shape
    coarse = change.reshape(count, height // 2, 2, width // 2, 2, 3).mean(axis=(2, 4))
    planes: dict[Plane, Floats] = {"Y": change @ luma, "U": coarse @ blue, "V": coarse @ red}
    return {plane: Residual.of(pictures) for plane, pictures in planes.items()}


def summed(frames: Frames, change: Residuals) -> Frames:
    """The frames with a change as it is, rounded to 8 bits."""
    marked = Frames(frames.i420.copy(), frames.fps)
    for plane, residual in change.items():
        target = marked.plane(plane)
        target[:] = np.clip(np.rint(target + residual.frames()), 0, 255)
    return marked


def of_imwatermark(module: str, name: str) -> dict[str, Any]:
    """``dwtDct`` or ``dwtDctSvd``: both quantise blocks of U's low band, in steps of a scale."""

    def coder(payload: Sequence[int], count: int, scale: float) -> Any:
        scales = [0, scale, scale]
        kind = getattr(importlib.import_module(f"imwatermark.{module}"), name)
        return kind(payload, wmLen=count, scales=scales)

    def paint(picture: Picture, payload: Bits, scale: float) -> NDArray[Any]:
        return np.asarray(coder(payload.astype(int).tolist(), payload.size, scale).encode(picture))

    def read(marked: Sequence[Picture], count: int, scale: float) -> Bits:
        import pywt  # noqa: PLC0415

        # What the package's decode() does with a picture, but with the votes of all of them.
        reader, votes = coder([], count, scale), [[] for _ in range(count)]
        for picture in marked:
            chroma = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV)[..., 1]
            votes = reader.decode_frame(pywt.dwt2(chroma, "haar")[0], scale, votes)
        return balanced(np.array([np.mean(one) for one in votes]))

    return {"module": "imwatermark", "paint": paint, "read": read, "strengths": (4.0, 400.0)}


def riva_gan() -> dict[str, Any]:
    """RivaGAN (Zhang et al., 2019), 32 bits."""

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
        some = np.stack(marked[::_RIVAGAN_EVERY]).transpose(0, 3, 1, 2)[:, :, None]
        decoder = model([0] * 32).decoder
        shown = [{"frame": one[None].astype(np.float32) / 127.5 - 1} for one in some]
        return balanced(np.mean([decoder.run(None, one)[0][0] for one in shown], axis=0))

    return {"module": "imwatermark", "paint": paint, "read": read}


def of_blind_watermark() -> dict[str, Any]:
    """Quantised singular values of the blocks of Y, U and V, shuffled by a password."""

    def core(strength: float) -> Any:
        # The package insists on choosing how processes are started, and says so once more.
        multiprocessing.set_start_method(None, force=True)
        from blind_watermark.bwm_core import WaterMarkCore  # noqa: PLC0415

        found = WaterMarkCore()
        found.d1, found.d2 = strength, strength * 20 / 36
        return found

    def paint(picture: Picture, payload: Bits, strength: float) -> NDArray[Any]:
        coder = core(strength)
        coder.read_img_arr(picture)
        coder.read_wm(payload.astype(int))
        return np.asarray(coder.embed())

    def read(marked: Sequence[Picture], count: int, strength: float) -> Bits:
        reader = core(strength)
        return balanced(np.mean([reader.extract(one, count) for one in marked], axis=0))

    return {
        "module": "blind_watermark", "paint": paint, "read": read, "strengths": (4.0, 400.0),
    }  # fmt: skip


def balanced(votes: NDArray[np.float64]) -> Bits:
    """The bits with more votes than the mean: about half are 1, and votes have a bias."""
    return np.asarray(votes > votes.mean())


PEERS = (
    Peer(name="dwtDct, 32 bits", bits=32, **of_imwatermark("maxDct", "EmbedMaxDct")),
    Peer(name="dwtDctSvd, 32 bits", bits=32, **of_imwatermark("dwtDctSvd", "EmbedDwtDctSvd")),
    Peer(name="dwtDct, 256 bits", bits=256, **of_imwatermark("maxDct", "EmbedMaxDct")),
    Peer(name="dwtDctSvd, 256 bits", bits=256, **of_imwatermark("dwtDctSvd", "EmbedDwtDctSvd")),
    Peer(name="RivaGAN, 32 bits", bits=32, **riva_gan()),
    Peer(name="blind-watermark, 256 bits", bits=256, **of_blind_watermark()),
)


if __name__ == "__main__":
    with report_errors():
        main(folders())
