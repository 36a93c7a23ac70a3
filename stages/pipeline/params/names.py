"""Names of records as values of `params.yaml`."""

import difflib
from typing import Annotated

from pydantic import AfterValidator

from stages.common.records import names


def _checked(room: str) -> AfterValidator:
    """Make a validator that takes the names of a room's records, and no others."""

    def check(name: str) -> str:
        known = names(room)
        if name in known:
            return name
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise ValueError(f"must be one of {', '.join(known)}{hint}")

    return AfterValidator(check)


EncoderName = Annotated[str, _checked("encoders")]
EditName = Annotated[str, _checked("edits")]
SourceName = Annotated[str, _checked("sources")]
SchemeName = Annotated[str, _checked("schemes")]
RecipeName = Annotated[str, _checked("fingerprint.recipes")]
