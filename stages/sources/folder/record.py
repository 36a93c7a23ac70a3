"""A folder of the user's own videos as a source."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from stages.common.errors import AfterimageError
from stages.sources.folder.source import FolderOffer, offers
from stages.sources.offer import Intake, Source

FolderSetting = Annotated[
    str, Field(min_length=1, description="the folder; it is searched with its subfolders")
]


def list_offers(folder: str, intake: Intake) -> list[FolderOffer]:
    """List the videos in the folder and below it."""
    try:
        return offers(Path(folder), intake.group_regex)
    except AfterimageError as error:
        raise AfterimageError(f"fetch.folder: {error}") from error


RECORD = Source(FolderSetting, list_offers)
