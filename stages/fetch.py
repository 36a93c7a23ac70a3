"""Get the clips, as they are, and list them with their split in the manifest."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from stages.common.command_line import parser
from stages.common.errors import AfterimageError, VideoError
from stages.common.files import written_whole
from stages.common.progress import progress
from stages.common.records import record
from stages.pipeline import layout
from stages.pipeline.metrics import write_metrics
from stages.pipeline.params import Fetch, Params
from stages.pipeline.scratch import file_digest
from stages.pipeline.stage import run
from stages.pipeline.workers import in_order, workers
from stages.sources.offer import Intake, Offer, Source
from stages.video.clips import NATURAL, Clip, of_split, split_groups, write_manifest
from stages.video.frames import Geometry
from stages.video.probe import Probe, probe

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Admission:
    """The terms on which a clip is taken.

    Attributes
    ----------
    geometry : the frame that it is brought to when it is decoded.
    max_frames : the number of frames that are used of it, at most.
    strict : whether one that cannot be decoded ends the run, and is not passed over.
    """

    geometry: Geometry
    max_frames: int
    strict: bool


@dataclass(frozen=True)
class Delivery:
    """An offer, stored; either with what was found in it, or with why it cannot be used."""

    offer: Offer
    sha256: str = ""
    probe: Probe | None = None
    complaint: str = ""

    @property
    def id(self) -> str:
        """The name of the clip."""
        return self.offer.id


def main(params: Params) -> None:
    settings = params.fetch
    offers = list_offers(settings)
    admission = Admission(settings.geometry, settings.max_frames, settings.strict)
    with workers() as pool, progress("fetch", len(offers), "clips") as advance:
        stored = (store_here(offer, admission) for offer in offers)
        look = partial(look_into, admission=admission)
        deliveries = list(in_order(pool, look, stored, reads=clip_file, each=advance))
    refused = [delivery for delivery in deliveries if delivery.probe is None]
    for delivery in refused:
        layout.clip(delivery.id).unlink(missing_ok=True)
        log.warning("skipped: %s", delivery.complaint)
    clips = manifest(deliveries, settings)
    write_manifest(clips, layout.MANIFEST)
    write_metrics(
        layout.metrics("fetch"),
        {
            "clips": len(clips),
            "frames": sum(clip.frames for clip in clips),
            "groups": len({clip.group for clip in clips}),
            "train_clips": len(of_split(clips, "train")),
            "test_clips": len(of_split(clips, "test")),
            "skipped_clips": len(refused),
        },
    )


def list_offers(settings: Fetch) -> Sequence[Offer]:
    """List the clips of the chosen source.

    Raises ``AfterimageError``, naming the key, if it has none or cannot be reached.
    """
    source = record("sources", settings.source, Source)
    intake = Intake(layout.CLIPS, settings.group_regex)
    return source.list_offers(settings.source_settings, intake)


def store_here(offer: Offer, admission: Admission) -> Delivery:
    """Store a clip whose file is on this machine, and leave one that is drawn to the workers."""
    return Delivery(offer) if offer.drawn else store(offer, admission)


def clip_file(delivery: Delivery) -> list[Path]:
    """Return the files that ``look_into`` reads."""
    return [] if delivery.offer.drawn or delivery.complaint else [layout.clip(delivery.id)]


def look_into(delivery: Delivery, admission: Admission) -> Delivery:
    """Find out what is in a clip; one that cannot be decoded is not kept."""
    offer, path = delivery.offer, layout.clip(delivery.id)
    stored = store(offer, admission) if offer.drawn else delivery
    if stored.complaint:
        return stored
    digest = file_digest(path)
    try:
        content = probe(path, admission.geometry, max_frames=admission.max_frames)
    except VideoError as error:
        return refuse(offer, error, admission)
    return Delivery(offer, digest, content)


def store(offer: Offer, admission: Admission) -> Delivery:
    """Put a clip's file where it belongs."""
    try:
        with written_whole(layout.clip(offer.id)) as partial_path:
            offer.store(partial_path)
    except VideoError as error:
        return refuse(offer, error, admission)
    return Delivery(offer)


def refuse(offer: Offer, error: VideoError, admission: Admission) -> Delivery:
    """Note why a clip cannot be used, or raise the error if none may be passed over."""
    if admission.strict:
        raise error
    return Delivery(offer, complaint=str(error))


def manifest(deliveries: list[Delivery], settings: Fetch) -> list[Clip]:
    """List the clips that were delivered, each on its side of the split; test patterns on none."""
    usable = [
        (delivery.offer, delivery.probe, delivery.sha256)
        for delivery in deliveries
        if delivery.probe
    ]
    if not usable:
        raise AfterimageError(f"none of the {len(deliveries)} clips can be decoded")
    sides = split([offer for offer, _, _ in usable if offer.kind == NATURAL], settings)
    return [
        Clip(
            id=offer.id,
            path=layout.clip(offer.id).as_posix(),
            kind=offer.kind,
            group=offer.group,
            class_name=offer.labels.class_name,
            clip_number=offer.labels.clip_number,
            split=sides.get(offer.group, "none"),
            width=settings.width,
            height=settings.height,
            fit=settings.fit,
            fps=str(content.fps),
            frames=content.frames,
            sha256=digest,
        )
        for offer, content, digest in usable
    ]


def split(offers: Sequence[Offer], settings: Fetch) -> dict[str, str]:
    """Return the side of each group: the data set's own, where it has one."""
    official = {offer.group: offer.labels.split for offer in offers if offer.labels.split}
    if not official:
        return split_groups(
            [offer.group for offer in offers],
            test_fraction=settings.test_fraction,
            seed=settings.split_seed,
        )
    for side in ("train", "test"):
        if side not in official.values():
            raise AfterimageError(
                f"none of the {len(offers)} clips is on the official {side} side; ask for more "
                "classes, or for more clips of each"
            )
    return official


if __name__ == "__main__":
    parser().parse_args()
    run(main)
