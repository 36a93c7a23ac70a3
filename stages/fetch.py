"""Get the clips, as they are, and list them with their split in the manifest."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from stages.common.command_line import parser
from stages.common.errors import AfterimageError, VideoError
from stages.common.files import written_whole
from stages.common.progress import byte_progress, progress
from stages.pipeline import layout
from stages.pipeline.metrics import write_metrics
from stages.pipeline.params import Fetch, Params, Ucf101
from stages.pipeline.scratch import file_digest
from stages.pipeline.stage import run
from stages.pipeline.workers import in_order, workers
from stages.sources.folder import source as folder
from stages.sources.offer import Offer
from stages.sources.synthetic import drawing as synthetic
from stages.sources.ucf101.collection import Collection, Places
from stages.sources.ucf101.download import Limits, UnreachableError
from stages.sources.ucf101.offer import Ucf101Offer
from stages.sources.ucf101.registry import Registry
from stages.sources.ucf101.server import Server
from stages.sources.ucf101.subset import choose
from stages.video.clips import NATURAL, Clip, of_split, split_groups, write_manifest
from stages.video.probe import Probe, probe

log = logging.getLogger(__name__)

OTHER_WAYS = (
    "try again later, which goes on from here; or set fetch.ucf101.base_url to a mirror of yours, "
    "or fetch.ucf101.archive or fetch.ucf101.dir to a copy that you have"
)


@dataclass(frozen=True)
class Delivery:
    """An offer, stored; either with what was found in it, or with why it cannot be used."""

    offer: Offer
    sha256: str = ""
    probe: Probe | None = None
    complaint: str = ""

    @property
    def id(self) -> str:
        return self.offer.id


def main(params: Params) -> None:
    settings = params.fetch
    offers = list_offers(settings)
    with workers() as pool, progress("fetch", len(offers), "clips") as advance:
        brought = (bring(offer, settings) for offer in offers)
        look = partial(look_into, settings=settings)
        deliveries = list(in_order(pool, look, brought, reads=clip_file, each=advance))
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
        case "ucf101":
            try:
                return list(ucf101_offers(settings.ucf101))
            except UnreachableError as error:
                raise AfterimageError(f"fetch.ucf101.base_url: {error}; {OTHER_WAYS}") from error
            except AfterimageError as error:
                raise AfterimageError(f"fetch.ucf101: {error}") from error


def ucf101_offers(asked: Ucf101) -> list[Ucf101Offer]:
    """The chosen clips of UCF101, brought here."""
    places = Places(
        store=Path(asked.cache),
        target=layout.CLIPS,
        archive=Path(asked.archive) if asked.archive else None,
        folder=Path(asked.dir) if asked.dir else None,
    )
    server = Server(asked.base_url, Limits(asked.connections, asked.retries, asked.timeout_s))
    with Registry(layout.UCF101_CHECKSUMS) as registry, byte_progress("fetch") as count:
        collection = Collection(places, registry, server, asked.connections, count)
        lists = collection.lists(asked.split)
        chosen = choose(lists, asked.classes, asked.clips_per_class, asked.seed)
        return collection.clips(chosen, most_single=asked.single_clips)


def bring(offer: Offer, settings: Fetch) -> Delivery:
    """Store a clip whose file is on this machine; one that is drawn can be drawn anywhere."""
    return Delivery(offer) if offer.drawn else store(offer, settings)


def clip_file(delivery: Delivery) -> list[Path]:
    """What ``look_into`` reads."""
    return [] if delivery.offer.drawn or delivery.complaint else [layout.clip(delivery.id)]


def look_into(delivery: Delivery, settings: Fetch) -> Delivery:
    """Find out what is in a clip; one that cannot be decoded is not kept."""
    offer, path = delivery.offer, layout.clip(delivery.id)
    stored = store(offer, settings) if offer.drawn else delivery
    if stored.complaint:
        return stored
    digest = file_digest(path)
    try:
        return Delivery(
            offer, digest, probe(path, settings.geometry, max_frames=settings.max_frames)
        )
    except VideoError as error:
        return complain(offer, error, settings)


def store(offer: Offer, settings: Fetch) -> Delivery:
    """Put a clip's file where it belongs."""
    try:
        with written_whole(layout.clip(offer.id)) as partial_path:
            offer.store(partial_path)
    except VideoError as error:
        return complain(offer, error, settings)
    return Delivery(offer)


def complain(offer: Offer, error: VideoError, settings: Fetch) -> Delivery:
    """A clip that cannot be used, or the error itself if none may be passed over."""
    if settings.strict:
        raise error
    return Delivery(offer, complaint=str(error))


def manifest(deliveries: list[Delivery], settings: Fetch) -> list[Clip]:
    """The clips that were delivered, each on its side of the split; test patterns on none."""
    usable = [(one.offer, one.probe, one.sha256) for one in deliveries if one.probe]
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
            fps=str(found.fps),
            frames=found.frames,
            sha256=digest,
        )
        for offer, found, digest in usable
    ]


def split(offers: Sequence[Offer], settings: Fetch) -> dict[str, str]:
    """The side of each group: the data set's own, where it has one."""
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
