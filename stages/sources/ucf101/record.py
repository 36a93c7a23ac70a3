"""UCF101 as a source: downloaded, or from a copy that the user has."""

from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator

from stages.common.errors import AfterimageError
from stages.common.progress import byte_progress
from stages.common.section import Section, Seed
from stages.sources.offer import Intake, Source
from stages.sources.ucf101.collection import Collection, Places
from stages.sources.ucf101.download import Limits, UnreachableError
from stages.sources.ucf101.offer import Ucf101Offer
from stages.sources.ucf101.registry import Registry
from stages.sources.ucf101.server import Server
from stages.sources.ucf101.subset import choose

# No stage's output, so that `dvc repro` leaves it alone, and Git may keep it.
CHECKSUMS = Path("data/ucf101.sha256")
# More than any class has.
ALL_CLIPS = 10_000

OTHER_WAYS = (
    "try again later, which goes on from here; or set fetch.ucf101.base_url to a mirror of yours, "
    "or fetch.ucf101.archive or fetch.ucf101.dir to a copy that you have"
)


class Ucf101Settings(Section):
    """The section `fetch.ucf101`."""

    base_url: str = Field(
        pattern=r"^https?://[^\s/]+(/[^\s?#]*)?$", description="server of the data set, or a mirror"
    )
    archive: str = Field(description="the user's UCF101.rar; empty: none")
    dir: str = Field(description="the user's folder of unpacked clips; empty: none")
    classes: list[str] = Field(description="official names of classes, or `all`")
    clips_per_class: int = Field(ge=1, le=ALL_CLIPS, description="at most so many, or `all`")
    seed: Seed = Field(description="which clips of a class")
    split: int = Field(ge=1, le=3, description="official split: who is trained and tested on")
    cache: str = Field(min_length=1, description="folder of what was downloaded or unpacked")
    single_clips: int = Field(
        ge=0, le=20_000, description="up to so many clips are downloaded one by one"
    )
    connections: int = Field(ge=1, le=16, description="downloads at a time")
    retries: int = Field(ge=0, le=20, description="further tries that may bring nothing new")
    timeout_s: float = Field(gt=0, le=3600, description="longest wait for bytes, in seconds")

    @field_validator("classes", mode="before")
    @classmethod
    def _all_or_some_classes(cls, value: object) -> object:
        """Read `all` as no name at all, which stands for every class."""
        if value == "all":
            return []
        if not isinstance(value, list) or not value:
            raise ValueError("must be `all` or a list of classes")
        return value

    @field_validator("clips_per_class", mode="before")
    @classmethod
    def _all_or_some_clips(cls, value: object) -> object:
        """Read `all` as a number that no class reaches."""
        return ALL_CLIPS if value == "all" else value

    @field_validator("dir")
    @classmethod
    def _one_copy(cls, value: str, info: ValidationInfo) -> str:
        """Refuse two copies."""
        if value and info.data.get("archive"):
            raise ValueError("there is an archive already; give one of the two")
        return value


def list_offers(settings: Ucf101Settings, intake: Intake) -> list[Ucf101Offer]:
    """Bring the chosen clips to this machine, and list them."""
    try:
        return _collect(settings, intake)
    except UnreachableError as error:
        raise AfterimageError(f"fetch.ucf101.base_url: {error}; {OTHER_WAYS}") from error
    except AfterimageError as error:
        raise AfterimageError(f"fetch.ucf101: {error}") from error


def _collect(settings: Ucf101Settings, intake: Intake) -> list[Ucf101Offer]:
    places = Places(
        store=Path(settings.cache),
        target=intake.clips,
        archive=Path(settings.archive) if settings.archive else None,
        folder=Path(settings.dir) if settings.dir else None,
    )
    limits = Limits(settings.connections, settings.retries, settings.timeout_s)
    server = Server(settings.base_url, limits)
    with Registry(CHECKSUMS) as registry, byte_progress("fetch") as count:
        collection = Collection(places, registry, server, settings.connections, count)
        lists = collection.lists(settings.split)
        chosen = choose(lists, settings.classes, settings.clips_per_class, settings.seed)
        return collection.clips(chosen, most_single=settings.single_clips)


RECORD = Source(Ucf101Settings, list_offers)
