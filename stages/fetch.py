"""Get the clips, as they are, and list them with their split in the manifest."""

import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from stages.errors import AfterimageError, VideoError
from stages.files import written_whole
from stages.pipeline import layout
from stages.pipeline.metrics import write_metrics
from stages.pipeline.params import Fetch, Params
from stages.pipeline.stage import run
from stages.pipeline.workers import map_items, workers
from stages.video.clips import NATURAL, Clip, of_split, split_groups, write_manifest
from stages.video.probe import Probe, probe
from stages.video.sources import folder, synthetic
from stages.video.sources.offer import Offer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivery:
    """An offer, stored; either with what was found in it, or with why it cannot be used."""

    offer: Offer
    probe: Probe | None
    complaint: str = ""


def main(params: Params) -> None:
    settings = params.fetch
    offers = list_offers(settings)
    with workers() as pool:
        deliver = partial(deliver_offer, settings=settings)
        deliveries = map_items(pool, deliver, offers, label="fetch")
    refused = [delivery for delivery in deliveries if delivery.probe is None]
    for delivery in refused:
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


def list_offers(settings: Fetch) -> list[Offer]:
    """What the chosen source has."""
    match settings.source:
        case "synthetic":
            drawn = settings.synthetic
            return list(
                synthetic.offers(
                    natural=drawn.natural,
                    simple=drawn.simple,
                    frames=drawn.frames,
                    seed=drawn.seed,
                )
            )
        case "folder":
            try:
                return list(folder.offers(Path(settings.folder), settings.group_regex))
            except AfterimageError as error:
                raise AfterimageError(f"fetch.folder: {error}") from error


def deliver_offer(offer: Offer, settings: Fetch) -> Delivery:
    """Store one clip and look into it; a clip that cannot be decoded is not kept."""
    path = layout.clip(offer.id)
    try:
        with written_whole(path) as partial_path:
            offer.store(partial_path)
        return Delivery(offer, probe(path, settings.geometry, max_frames=settings.max_frames))
    except VideoError as error:
        if settings.strict:
            raise
        path.unlink(missing_ok=True)
        return Delivery(offer, None, str(error))


def manifest(deliveries: list[Delivery], settings: Fetch) -> list[Clip]:
    """The clips that were delivered, each on its side of the split; test patterns on none."""
    usable = [(delivery.offer, delivery.probe) for delivery in deliveries if delivery.probe]
    if not usable:
        raise AfterimageError(f"none of the {len(deliveries)} clips can be decoded")
    sides = split_groups(
        [offer.group for offer, _ in usable if offer.kind == NATURAL],
        test_fraction=settings.test_fraction,
        seed=settings.split_seed,
    )
    return [
        Clip(
            id=offer.id,
            path=layout.clip(offer.id).as_posix(),
            kind=offer.kind,
            group=offer.group,
            split=sides.get(offer.group, "none"),
            width=settings.width,
            height=settings.height,
            fit=settings.fit,
            fps=str(found.fps),
            frames=found.frames,
        )
        for offer, found in usable
    ]


if __name__ == "__main__":
    run(main)
