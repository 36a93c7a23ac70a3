"""The judge of the baselines, who sends every scheme's mark through a proxy and real H.264."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from statistics import fmean
from typing import Any

from stages.baselines.proxy import Proxy
from stages.contest.rates import rates_with_chance
from stages.contest.scheme import Scheme
from stages.contest.trials import clip_trials
from stages.signature.model.chips import wrong_keys
from stages.video.clips import Clip
from stages.video.codec import Codec
from stages.video.frames import Frames
from stages.video.quality import Quality, measure, psnr_rgb


@dataclass(frozen=True)
class Passage:
    """The scores of one clip after one codec, or after a proxy of it.

    Attributes
    ----------
    through : ``proxy`` or ``real``.
    z_marked, z_unmarked : scores of the marked and of the unmarked clip under the right key.
    wrong_key_positives : the number of wrong keys that reached the threshold, on both together.
    codec_psnr_db : PSNR of the unmarked clip that came back, over R, G and B.
    wrong_key_trials : the number of wrong keys tried, on both together.
    bytes_marked, bytes_unmarked : sizes of the encoded clips; 0 for a proxy, which makes no bits.
    """

    id: str
    group: str
    through: str
    crf: int
    z_marked: float
    z_unmarked: float
    wrong_key_positives: int
    codec_psnr_db: float
    wrong_key_trials: int
    bytes_marked: int = 0
    bytes_unmarked: int = 0

    def row(self) -> dict[str, Any]:
        """Return the passage's row in the table of scores."""
        return {name: value for name, value in asdict(self).items() if name != "wrong_key_trials"}


@dataclass(frozen=True)
class JudgedClip:
    """The number of frames of a clip, the quality of its mark, and its passages."""

    frames: int
    quality: Quality
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Judge:
    """The same test for every scheme.

    Attributes
    ----------
    scheme : the one that is judged.
    key : marks and detects.
    codecs, proxies : in pairs, from the mildest.
    wrong_keys, seed : the number of wrong keys tried on each video, and which ones.
    """

    scheme: Scheme
    key: bytes = field(repr=False)
    codecs: tuple[Codec, ...]
    proxies: tuple[Proxy, ...]
    wrong_keys: int
    seed: int

    def judge(self, clip: Clip) -> JudgedClip:
        """Mark one clip, and look for the mark after every codec and after every proxy."""
        original = clip.read()
        marked = self.scheme.mark(original, self.key, clip_id=clip.id)
        passages = []
        for codec, proxy in zip(self.codecs, self.proxies, strict=True):
            by_proxy = [proxy.round_trip(frames) for frames in (marked, original)]
            passages.append(self._passage(clip, original, by_proxy, through="proxy", crf=proxy.crf))
            encoded = [codec.encode(frames, subject=clip.id) for frames in (marked, original)]
            by_codec = [codec.decode(content, original, subject=clip.id) for content in encoded]
            passage = self._passage(clip, original, by_codec, through="real", crf=codec.crf)
            sizes = [len(content) for content in encoded]
            passages.append(replace(passage, bytes_marked=sizes[0], bytes_unmarked=sizes[1]))
        return JudgedClip(len(original), measure(original, marked), tuple(passages))

    def _passage(
        self, clip: Clip, original: Frames, received: Sequence[Frames], *, through: str, crf: int
    ) -> Passage:
        """Look for the mark in the marked and in the unmarked video that came back."""
        keys = wrong_keys(self.key, clip.id, self.wrong_keys, self.seed)
        trials = clip_trials(self.scheme, self.key, keys, *received)
        return Passage(
            id=clip.id,
            group=clip.group,
            through=through,
            crf=crf,
            z_marked=trials.marked,
            z_unmarked=trials.unmarked,
            wrong_key_positives=trials.wrong_key_positives,
            codec_psnr_db=psnr_rgb(original, received[1]),
            wrong_key_trials=len(trials.chance),
        )


def summary(clips: Sequence[JudgedClip], scheme: Scheme, confidence: float) -> dict[str, Any]:
    """Sum up the quality of the mark, and the rates at the milder and at the harder CRF."""
    passages = [passage for clip in clips for passage in clip.passages]
    crfs = sorted({passage.crf for passage in passages})
    mildest, harder = (at_crf(passages, crf, scheme, confidence) for crf in (crfs[0], crfs[-1]))
    return {
        "clips": len(clips),
        "frames_per_clip": round(fmean(clip.frames for clip in clips)),
        **{
            name: fmean(getattr(clip.quality, name) for clip in clips)
            for name in ("psnr_db", "ssim", "vmaf")
        },
        **mildest,
        "harder": harder,
    }


def at_crf(
    passages: Sequence[Passage], crf: int, scheme: Scheme, confidence: float
) -> dict[str, Any]:
    """Compute the rates after the proxy and after the codec, and how their pictures differ."""
    by_proxy, by_codec = (
        [passage for passage in passages if (passage.through, passage.crf) == (through, crf)]
        for through in ("proxy", "real")
    )
    proxy, real = (rates(rows, scheme, confidence) for rows in (by_proxy, by_codec))
    overhead = sum(r.bytes_marked for r in by_codec) / sum(r.bytes_unmarked for r in by_codec) - 1
    return {
        "crf": crf,
        # Of unmarked clips: by how much the proxy's picture is better than the codec's.
        "mismatch_db": proxy["codec_psnr_db"] - real["codec_psnr_db"],
        "proxy": proxy,
        "real": {**real, "bitrate_overhead": overhead},
    }


def rates(rows: Sequence[Passage], scheme: Scheme, confidence: float) -> dict[str, float]:
    """Compute the rates after one codec or proxy; wrong keys count among the false positives."""
    detected = rates_with_chance(
        [row.z_marked for row in rows],
        [row.z_unmarked for row in rows],
        [row.wrong_key_positives for row in rows],
        sum(row.wrong_key_trials for row in rows),
        threshold=scheme.threshold,
        false_positive_bound=scheme.false_positive_bound,
        confidence=confidence,
    )
    return {**detected, "codec_psnr_db": fmean(row.codec_psnr_db for row in rows)}
