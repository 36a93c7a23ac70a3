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
from stages.fingerprint.rates import false_negative_rate, false_positive_rate
from stages.fingerprint.recipe import Recipe, recipe, recipe_names
from stages.hash_drift import HashedClip, hash_clip, impostors_of, natural, summary
from stages.pipeline import layout
from stages.pipeline.params import Params
from stages.pipeline.params.file import load_params
from stages.pipeline.processes import processes
from stages.pipeline.workers import map_items
from stages.video.clips import read_manifest

# The threshold that the earlier recipe was published with, in bits.
THRESHOLD = 30


def main(params: Params) -> None:
    clips = read_manifest(layout.MANIFEST)
    with processes() as pool:
        hashed = {
            name: map_items(
                pool,
                partial(hash_clip, codec=params.compress.codec, recipe_name=name),
                clips,
                label=name,
            )
            for name in recipe_names()
        }
    columns = {name: metrics(results, recipe(name), params) for name, results in hashed.items()}
    rows = next(iter(columns.values()))
    print(f"# {heading(__doc__)}\n")
    print(
        markdown(
            [
                {"metric": row, **{name: f"{column[row]:g}" for name, column in columns.items()}}
                for row in rows
            ]
        )
    )
    print(
        f"\n{len(clips)} clips; {params.compress.encoder} at CRF {params.compress.crf}, "
        f"{params.compress.preset}. A threshold of -1: not even identical fingerprints would be "
        f"proof at a false positive rate of {params.fingerprint.false_positive_rate:.0e}."
    )


def metrics(hashed: Sequence[HashedClip], method: Recipe, params: Params) -> dict[str, float]:
    """Compute the metrics of the pipeline, and the error rates at the published threshold."""
    drifts = np.array([each.drift for each in natural(hashed)])
    impostors = impostors_of(hashed, method)
    stated_fpr = params.fingerprint.false_positive_rate
    return {
        **summary(hashed, impostors, method.bits, stated_fpr),
        f"fnr at {THRESHOLD} bits": false_negative_rate(drifts, THRESHOLD),
        f"fpr at {THRESHOLD} bits": false_positive_rate(impostors, THRESHOLD),
    }


if __name__ == "__main__":
    with report_errors():
        parser().parse_args()
        main(load_params())
