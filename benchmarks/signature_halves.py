"""What optimising gains on footage that it has not seen: each half of the clips, by the other.

``python -m benchmarks.signature_halves [--hand-set] [--preset PRESET] DIR...``

The clips are split by source recording. For each preset the search of `optimize`, as `params.yaml`
sets it, runs on one half and its signature marks the other; then the halves are swapped, so that
every clip is tested once. The hand-set start is tested on the same clips with the same keys, so
each pair of rows differs in the search alone. ``--hand-set`` tests the start alone, and takes a
third of the time; ``--preset`` tests one preset.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import fmean, median

import numpy as np

from benchmarks.footage import FRAMES, GEOMETRY, clips, heading, markdown
from stages.common.command_line import parser, report_errors
from stages.common.statistics import exact_interval
from stages.optimize import search
from stages.pipeline.executor import FileExecutor
from stages.pipeline.journal import Journal
from stages.pipeline.params import Params
from stages.pipeline.params.file import load_params
from stages.pipeline.processes import processes
from stages.pipeline.workers import map_items
from stages.signature.detect.bound import threshold
from stages.signature.model.chips import derived_key
from stages.signature.model.spectrum import Signature
from stages.signature.scheme import SpreadSpectrum, adapted_scheme
from stages.signature.search.evolution import confirmed
from stages.signature.search.space import PRESETS, Preset, hand_set_vector, to_signature
from stages.sources.folder import source as folder
from stages.video.clips import NATURAL, Clip, split_groups, subsample
from stages.video.codec import Codec
from stages.video.colour import ColourDifference, colour_difference
from stages.video.edit import edit
from stages.video.frames import Frames
from stages.video.probe import probe
from stages.video.quality import psnr_rgb

CRFS = (28, 35, 40, 45, 51)
CONDITIONS = (*(f"CRF {crf}" for crf in CRFS), f"CRF {CRFS[0]}, then grey")
# x264's settings that are called visually lossless, and its default.
TRANSPARENT = (18, 23)
CONFIDENCE = 0.95


@dataclass(frozen=True)
class ClipTrial:
    """A clip to be marked, and the mark looked for after every codec."""

    clip: Clip
    scheme: SpreadSpectrum
    codec: Codec
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """``z`` under each of the ``CONDITIONS``; and how the mark shows."""

    z: tuple[float, ...]
    psnr_db: float
    worst_frame_db: float
    colour: ColourDifference


def main(directories: list[Path], presets: Sequence[Preset], *, hand_set: bool) -> None:
    params = load_params()
    everything = manifest(directories, params)
    halves = [[clip for clip in everything if clip.split == side] for side in ("train", "test")]
    rows, shows = [], []
    with processes() as pool:
        for preset in presets:
            chosen = params.model_copy(
                update={"signature": params.signature.model_copy(update={"preset": preset})}
            )
            for name, outcomes in of_preset(chosen, halves, pool, hand_set=hand_set).items():
                rows.append(row(f"`{preset}`, {name}", outcomes, chosen))
                shows.append(shown(rows[-1]["signature"], [outcome.colour for outcome in outcomes]))
        for crf in TRANSPARENT:
            seen = partial(codec_alone, codec=replace(params.compress.codec, crf=crf))
            colours = map_items(pool, seen, everything, label=f"CRF {crf}")
            shows.append(shown(f"no mark, but CRF {crf}", colours))
    print(f"# {heading(__doc__)}\n")
    print(markdown(rows))
    print(f"\n{markdown(shows)}")
    print(
        f"\n{len(everything)} clips of {lengths(everything)}, "
        f"{GEOMETRY.width}x{GEOMETRY.height}, x264 {params.compress.preset}; "
        f"{'nothing is learned' if hand_set else learning(params, halves)}. "
        "Share of clips found at a proven false positive rate of at most "
        f"{params.signature.false_positive_rate:.0e}, with its exact {CONFIDENCE:.0%} interval, "
        f"and the median z. The mark has at least {params.signature.psnr_db:g} dB over R, G and B "
        "in every clip. CIEDE2000 is of the marked clip before the codec, and its flicker of what "
        "the mark (or the codec) alone changes from a frame to the next: over the pixels of a "
        "clip, means over clips."
    )


def lengths(everything: Sequence[Clip]) -> str:
    """State the length of the clips: a short one has less to find."""
    short = sorted(clip.frames for clip in everything if clip.frames < FRAMES)
    exceptions = f" ({len(short)} have less: {', '.join(map(str, short))})" if short else ""
    return f"{FRAMES} frames{exceptions}"


def learning(params: Params, halves: list[list[Clip]]) -> str:
    """State how an optimised row is made."""
    settings = params.optimize
    return (
        "optimised is what was learned on the other half "
        f"({len(halves[0])} and {len(halves[1])} clips, no recording on both sides): "
        f"{settings.generations} generations of {settings.population} candidates, each on "
        f"{settings.clips_per_candidate} of at most {settings.clips} clips"
    )


def of_preset(
    params: Params, halves: list[list[Clip]], pool: FileExecutor, *, hand_set: bool
) -> dict[str, list[Outcome]]:
    """Try every clip with the hand-set signature, and with the one learned on the other half."""

    def measured(name: str, signatures: Sequence[Signature]) -> list[Outcome]:
        trials = [
            trial(params, clip, signature)
            for half, signature in zip(halves[::-1], signatures, strict=True)
            for clip in half
        ]
        return map_items(pool, run_trial, trials, label=f"{params.signature.preset}, {name}")

    by_hand = [to_signature(hand_set_vector(), params.signature.preset)] * len(halves)
    outcomes = {"hand-set": measured("hand-set", by_hand)}
    if not hand_set:
        learned = [optimised(params, half, pool) for half in halves]
        outcomes["optimised"] = (
            outcomes["hand-set"] if learned == by_hand else measured("optimised", learned)
        )
    return outcomes


def manifest(directories: Sequence[Path], params: Params) -> list[Clip]:
    """List the clips of some folders, each with its recording's half."""
    offers = {
        offer.source: offer
        for directory in directories
        for offer in folder.offers(directory, params.fetch.group_regex)
    }
    usable = [offers[path] for path in clips(directories)]
    sides = split_groups(
        [offer.group for offer in usable], test_fraction=0.5, seed=params.fetch.split_seed
    )
    result = []
    for offer in usable:
        probed = probe(offer.source, GEOMETRY, max_frames=FRAMES)
        result.append(
            Clip(
                id=offer.id, path=str(offer.source), kind=NATURAL, group=offer.group,
                class_name="", clip_number="", split=sides[offer.group], width=GEOMETRY.width,
                height=GEOMETRY.height, fit=GEOMETRY.fit, fps=str(probed.fps),
                frames=probed.frames, sha256="",
            )
        )  # fmt: skip
    return result


def optimised(params: Params, half: list[Clip], pool: FileExecutor) -> Signature:
    """Return the signature that `optimize` finds on these clips."""
    with tempfile.TemporaryDirectory(prefix="afterimage-") as scratch:
        used = subsample(half, params.optimize.clips)
        _, x0, result = search(params, used, pool, Journal(Path(scratch) / "journal"))
    return to_signature(np.array(confirmed(x0, result).vector), params.signature.preset)


def trial(params: Params, clip: Clip, signature: Signature) -> ClipTrial:
    """Give a clip a key, the same for every signature, and none that the search has used."""
    codec = params.compress.codec
    scheme = adapted_scheme(signature, codec, params.signature)
    key = derived_key(b"a key of this benchmark's own", clip.id)
    return ClipTrial(clip, scheme, codec, key)


def run_trial(trial: ClipTrial) -> Outcome:
    """Mark a clip, encode it at every CRF, and look for the mark."""
    original = trial.clip.read()
    marked = trial.scheme.mark(original, trial.key, clip_id=trial.clip.id)
    received = [replace(trial.codec, crf=crf).round_trip(marked) for crf in CRFS]
    received.append(edit("grey").apply(received[0]))
    return Outcome(
        z=tuple(trial.scheme.detect(frames, trial.key).score for frames in received),
        psnr_db=psnr_rgb(original, marked),
        worst_frame_db=min(
            psnr_rgb(frame_of(original, index), frame_of(marked, index))
            for index in range(len(original))
        ),
        colour=colour_difference(original, marked),
    )


def frame_of(frames: Frames, index: int) -> Frames:
    """Cut out one frame, as a video of its own."""
    return Frames(frames.i420[index : index + 1], frames.fps)


def row(name: str, outcomes: list[Outcome], params: Params) -> dict[str, str]:
    """Write one line of the table."""
    limit = threshold(params.signature.false_positive_rate)
    cells = {}
    for index, heading_ in enumerate(CONDITIONS):
        z = [outcome.z[index] for outcome in outcomes]
        hits = sum(value >= limit for value in z)
        low, high = exact_interval(hits, len(z), CONFIDENCE)
        cells[heading_] = f"{hits / len(z):.0%} ({low:.0%} to {high:.0%}), z {median(z):.1f}"
    return {
        "signature": name,
        **cells,
        "least PSNR, clip / frame": f"{min(outcome.psnr_db for outcome in outcomes):.1f} / "
        f"{min(outcome.worst_frame_db for outcome in outcomes):.1f} dB",
    }


def codec_alone(clip: Clip, codec: Codec) -> ColourDifference:
    """Measure what an encoder does to the colours of an unmarked clip."""
    original = clip.read()
    return colour_difference(original, codec.round_trip(original))


def shown(name: str, colours: list[ColourDifference]) -> dict[str, str]:
    """Write one line of the table of visible differences."""
    names = {
        "CIEDE2000, median": "median", "99.9th percentile": "p999",
        "flicker, median": "flicker_median", "its 99.9th percentile": "flicker_p999",
    }  # fmt: skip
    means = {
        title: fmean(getattr(colour, name) for colour in colours) for title, name in names.items()
    }
    return {"what": name} | {title: f"{mean:.2f}" for title, mean in means.items()}


if __name__ == "__main__":
    options = parser()
    options.add_argument("directories", nargs="+", type=Path, metavar="DIR")
    options.add_argument("--hand-set", action="store_true", help="test the start alone")
    options.add_argument("--preset", choices=PRESETS, help="test this one alone")
    arguments = options.parse_args()
    with report_errors():
        presets = [arguments.preset] if arguments.preset else PRESETS
        main(arguments.directories, presets, hand_set=arguments.hand_set)
