"""What the search gained on held-out clips: its signature beside the one that it started from.

``python -m benchmarks.search_gain``

After `dvc repro optimize`. Each test clip is marked once with either, as ``params.yaml`` asks for
it and with the same key, and looked for after each CRF; so a pair differs in the search alone. The
lead is clip by clip, with the standard error of its mean: in ``z``, and in the objective of the
search (the smooth share of what is found), here over all of these conditions.
"""

import math
from collections.abc import Sequence

import numpy as np

from benchmarks.footage import heading, markdown
from benchmarks.signature_halves import CONDITIONS, CONFIDENCE, Outcome, row, run_trial, trial
from stages.common.command_line import parser, report_errors
from stages.pipeline import layout
from stages.pipeline.params.file import load_params
from stages.pipeline.processes import processes
from stages.pipeline.workers import map_items
from stages.signature.embed.conditions import Conditions
from stages.signature.model.spectrum import load_signature
from stages.signature.search.space import hand_set_vector, to_signature
from stages.signature.settings import conditions
from stages.video.clips import of_split, read_manifest


def main() -> None:
    params = load_params()
    clips = of_split(read_manifest(layout.MANIFEST), "test")
    signatures = {
        "hand-set, where the search starts": to_signature(
            hand_set_vector(), params.signature.preset
        ),
        "optimised": load_signature(layout.SIGNATURE),
    }
    with processes() as pool:
        outcomes = {
            name: map_items(
                pool, run_trial, [trial(params, clip, signature) for clip in clips], label=name
            )
            for name, signature in signatures.items()
        }
    print(f"# {heading(__doc__)}\n")
    print(markdown([row(name, of_clips, params) for name, of_clips in outcomes.items()]))
    before, after = outcomes.values()
    survived = conditions(params.compress.codec, params.signature)
    print(f"\n{markdown(leads(before, after, survived))}\n")
    print(
        f"{len(clips)} held-out clips, `{params.signature.preset}`. Share of clips found at a "
        f"proven false positive rate of at most {params.signature.false_positive_rate:.0e}, with "
        f"its exact {CONFIDENCE:.0%} interval, and the median z."
    )


def leads(
    before: Sequence[Outcome], after: Sequence[Outcome], survived: Conditions
) -> list[dict[str, str]]:
    """Compare clip by clip, a row for each condition: by how much the second is ahead."""
    z = [np.array([outcome.z for outcome in outcomes]) for outcomes in (after, before)]
    objectives = [
        np.array([survived.soft_detection_rate(of_clip) for of_clip in scores]) for scores in z
    ]
    columns = dict(zip([f"{name}, z" for name in CONDITIONS], (z[0] - z[1]).T, strict=True))
    columns["objective"] = objectives[0] - objectives[1]
    return [
        {
            "after": name,
            "lead of the optimised": f"{np.mean(ahead):+.3f} ± "
            f"{np.std(ahead, ddof=1) / math.sqrt(len(ahead)):.3f}",
            "clips on which it leads": f"{np.count_nonzero(ahead > 0)} of {len(ahead)}",
        }
        for name, ahead in columns.items()
    ]


if __name__ == "__main__":
    with report_errors():
        parser().parse_args()
        main()
