"""A mark as `params.yaml` asks for it, for every stage that makes one."""

from dataclasses import replace

from stages.pipeline.params import Compress, SignatureParams
from stages.signature.detect.bound import threshold
from stages.signature.embed.blocks import Headroom
from stages.signature.embed.conditions import Conditions
from stages.video.codec import MAX_CRF


def headroom(settings: SignatureParams) -> Headroom:
    """How unevenly the distortion may lie."""
    return Headroom(settings.frame_headroom_db, settings.block_headroom_db)


def conditions(compress: Compress, settings: SignatureParams) -> Conditions:
    """What a mark is made to survive: the codec under test, and harder settings of it."""
    codec = compress.codec
    steps = (0, *settings.harder)
    crfs = sorted({min(codec.crf + step, MAX_CRF[codec.encoder]) for step in steps})
    return Conditions(
        tuple(replace(codec, crf=crf) for crf in crfs),
        threshold(settings.false_positive_rate),
    )
