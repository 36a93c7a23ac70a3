"""The earlier public recipe beside ours, on the clips of the pipeline, in the pipeline's metrics.

``python -m benchmarks.fingerprint_recipes``, after ``dvc repro compress``

The earlier recipe was published with its drift alone, and a threshold of 30 bits. Beside it stands
here what it leaves between *different* videos.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.footage import heading, markdown
from stages.common.command_line import parser, report_errors
from stages.fingerprint.classic import THRESHOLD
from stages.fingerprint.distance import impostor_distances
from stages.fingerprint.rates import false_negative_rate, false_positive_rate
from stages.fingerprint.recipe import RECIPES
from stages.hash_drift import Hashed, hash_clip, natural, originals, summary
from stages.pipeline import layout
from stages.pipeline.params import Params
from stages.pipeline.params_file import load_params
from stages.pipeline.processes import processes
from stages.pipeline.workers import map_items
from stages.video.clips import read_manifest


def main(params: Params) -> None:
    clips = read_manifest(layout.MANIFEST)
    with processes() as pool:
        hashed = {
            recipe: map_items(
                pool,
                partial(hash_clip, codec=params.compress.codec, recipe=recipe),
                clips,
                label=recipe,
            )
            for recipe in RECIPES
        }
    columns = {
        recipe: summary(found, params.fingerprint.false_positive_rate) | published(found)
        for recipe, found in hashed.items()
    }
    names = next(iter(columns.values()))
    print(f"# {heading(__doc__)}\n")
    print(
        markdown(
            [
                {"metric": name, **{recipe: f"{of[name]:g}" for recipe, of in columns.items()}}
                for name in names
            ]
        )
    )
    print(
        f"\n{len(clips)} clips; {params.compress.encoder} at CRF {params.compress.crf}, "
        f"{params.compress.preset}. A threshold of -1: not even identical fingerprints would be "
        f"proof at a false positive rate of {params.fingerprint.false_positive_rate:.0e}."
    )


def published(hashed: Sequence[Hashed]) -> dict[str, float]:
    """The error rates at the threshold that the earlier recipe was published with."""
    drifts = np.array([one.drift for one in natural(hashed)])
    impostors = impostor_distances(*originals(natural(hashed)))
    return {
        f"fnr at {THRESHOLD} bits": false_negative_rate(drifts, THRESHOLD),
        f"fpr at {THRESHOLD} bits": false_positive_rate(impostors, THRESHOLD),
    }


if __name__ == "__main__":
    with report_errors():
        parser().parse_args()
        main(load_params())
