"""What the search gained on held-out clips: its signature beside the one that it started from.

``python -m benchmarks.search_gain``

After `dvc repro optimize`. Each test clip is marked once with either, as ``params.yaml`` asks for
it and with the same key, and looked for after each CRF; so a pair differs in the search alone. The
lead is in ``z``, clip by clip, with the standard error of its mean.
"""

import math
from collections.abc import Sequence

import numpy as np

from benchmarks.footage import heading, markdown
from benchmarks.signature_halves import CONFIDENCE, CRFS, Outcome, row, run_trial, trial
from stages.pipeline import layout
from stages.pipeline.params_file import load_params
from stages.pipeline.processes import processes
from stages.pipeline.workers import map_items
from stages.signature.search.space import start, to_signature
from stages.signature.spectrum import load_signature
from stages.video.clips import of_split, read_manifest


def main() -> None:
    params = load_params()
    clips = of_split(read_manifest(layout.MANIFEST), "test")
    signatures = {
        "hand-set, where the search starts": to_signature(start(), params.signature.preset),
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
    print(markdown([row(name, found, params) for name, found in outcomes.items()]))
    print(f"\n{markdown(leads(*outcomes.values()))}\n")
    print(
        f"{len(clips)} held-out clips, `{params.signature.preset}`. Share of clips found at a "
        f"proven false positive rate of at most {params.signature.false_positive_rate:.0e}, with "
        f"its exact {CONFIDENCE:.0%} interval, and the median z."
    )


def leads(before: Sequence[Outcome], after: Sequence[Outcome]) -> list[dict[str, str]]:
    """A row for each condition: how far the second is ahead of the first, clip by clip."""
    z = np.array([[two.z, one.z] for one, two in zip(before, after, strict=True)])
    names = [f"CRF {crf}" for crf in CRFS] + [f"CRF {CRFS[0]}, then grey"]
    rows = []
    for name, ahead in zip(names, (z[:, 0] - z[:, 1]).T, strict=True):
        error = np.std(ahead, ddof=1) / math.sqrt(len(ahead))
        rows.append(
            {
                "after": name,
                "lead of the optimised, z": f"{np.mean(ahead):+.2f} ± {error:.2f}",
                "clips on which it leads": f"{np.count_nonzero(ahead > 0)} of {len(ahead)}",
            }
        )
    return rows


if __name__ == "__main__":
    main()
