"""The versions that a result may depend on, besides parameters and clips."""

import hashlib
import json
import subprocess
import sys
from importlib.metadata import version

from stages.pipeline.scratch import code
from stages.video.ffmpeg import executable, x264_build

# Packages whose arithmetic enters a result.
_PACKAGES = ("cma", "numpy", "opencv-python-headless", "scikit-image", "scipy")


def identity() -> dict[str, str]:
    """Return the versions, by name, that have to be the same wherever one run is computed."""
    shown = subprocess.run([executable(), "-version"], capture_output=True, check=True).stdout
    words = shown.decode(errors="replace").split()
    return {
        # Functions of a stage travel as this version's bytecode.
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "project": _digest(json.dumps(code())),
        "packages": _digest(json.dumps([(name, version(name)) for name in _PACKAGES])),
        "ffmpeg": f"{words[2] if len(words) > 2 else 'unknown'} {_digest(shown.decode())}",
        "x264": x264_build(),
    }


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode(errors="replace")).hexdigest()[:12]
