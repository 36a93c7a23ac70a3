"""Published signatures: the files in `signatures/`, each with a page that says where it is from."""

import argparse
from pathlib import Path

# Beside the package in a clone as well as where pip installs it.
FOLDER = Path(__file__).resolve().parents[2] / "signatures"
DEFAULT_SIGNATURE = "balanced"


def published_names() -> list[str]:
    """List the names of the published signatures."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def published(name: str) -> Path:
    """Return the path of a published signature."""
    return FOLDER / f"{name}.json"


def signature_path(text: str) -> Path:
    """Return the file that a published name stands for, or that is named: an argument's type."""
    if text in published_names():
        return published(text)
    path = Path(text)
    if path.name == text and not path.suffix and not path.exists():
        raise argparse.ArgumentTypeError(
            f"{text!r}: neither a file nor a published signature ({', '.join(published_names())})"
        )
    return path
