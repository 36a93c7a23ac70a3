"""The last stage: all results on one page for the eye, and as tables for plots.

The page is `report/index.html`; the tables that `dvc plots` draws are in `report/tables/`, and the
pictures, in their full size, in `report/pictures/`.
"""

from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from stages.common.command_line import parser
from stages.common.errors import AfterimageError
from stages.common.files import write_text, written_whole
from stages.page.charts.convergence import Step
from stages.page.charts.distances import within
from stages.page.charts.roc import points
from stages.page.contents import page
from stages.page.html import render
from stages.page.pictures import Strip, strip
from stages.page.results import ClipScore, Metrics, Results, Row, Setting
from stages.page.rows import crf_rows, edit_rows, encoder_rows
from stages.pipeline import layout
from stages.pipeline.metrics import read_metrics, write_table
from stages.pipeline.params import Params
from stages.pipeline.stage import run
from stages.signature.model.spectrum import load_signature
from stages.video.clips import NATURAL, Clip, read_manifest
from stages.video.codec import Codec
from stages.video.lossless import decode_lossless
from stages.video.pictures import middle_frame, read_png, write_png


def main(params: Params) -> None:
    results = load(params)
    with written_whole(layout.REPORT) as folder:
        for name, rows in tables(results).items():
            write_table(folder / "tables" / f"{name}.csv", rows)
        for clip_id, views in results.strips.items():
            picture = layout.picture(clip_id).relative_to(layout.PICTURES)
            write_png(folder / "pictures" / picture, views.side_by_side)
        write_text(folder / "index.html", render(page(results)))


def load(params: Params) -> Results:
    """Read what the other stages left, and bring the pictures together."""
    drift, impostors = _table(layout.DRIFT), _table(layout.IMPOSTORS)
    by_crf = crf_rows(_sweep_metrics(f"crf{crf}" for crf in params.sweep.crf))
    encoders, edits = (
        _sweep_metrics(names) for names in (params.sweep.encoders, params.sweep.edits)
    )
    scores = [field.name for field in fields(ClipScore)]
    objectives = ["generation", "objective_x0", "objective_mean", "objective_median"]
    return Results(
        setting=setting(params),
        fetch=read_metrics(layout.metrics("fetch")),
        validate=read_metrics(layout.metrics("validate")),
        optimize=read_metrics(layout.metrics("optimize")),
        hash_drift=read_metrics(layout.metrics("hash_drift")),
        scores=[ClipScore(*row) for row in _rows(layout.SCORES, scores)],
        steps=[Step(*row) for row in _rows(layout.OPTIMIZE_HISTORY, objectives)],
        drifts=drift.loc[drift["kind"] == NATURAL, "drift"].tolist(),
        impostors=dict(zip(*(impostors[name].tolist() for name in impostors), strict=True)),
        signature=load_signature(layout.SIGNATURE),
        crf_rows=by_crf,
        z_by_crf=[_table(layout.sweep_table(row.name))["z_marked"].tolist() for row in by_crf],
        other_rows=[*encoder_rows(encoders), *edit_rows(edits, params.compress.crf)],
        baselines=[
            Row(name, name, read_metrics(layout.baseline_metrics(name)))
            for name in sorted(params.baseline.methods)
        ],
        strips={
            clip.id: clip_strip(clip, params.compress.codec)
            for clip in read_manifest(layout.MANIFEST)
            if layout.picture(clip.id).exists()
        },
    )


def setting(params: Params) -> Setting:
    """Return the parameters that the page states."""
    return Setting(
        f"{params.compress.encoder} at CRF {params.compress.crf}",
        params.compress.crf,
        params.signature.false_positive_rate,
        params.validation.confidence,
    )


def clip_strip(clip: Clip, codec: Codec) -> Strip:
    """Add the compressed frame to the pictures that `validate` left of a clip."""
    marked = decode_lossless(layout.marked(clip.id), clip.read())
    compressed = codec.round_trip(marked, subject=clip.id)
    return strip(read_png(layout.picture(clip.id)), middle_frame(compressed))


def tables(results: Results) -> dict[str, list[dict[str, Any]]]:
    """Return the tables that `dvc plots` draws, by name."""
    rates = ("tpr", "tpr_ci_low", "tpr_ci_high")
    return {
        "roc": [
            {"crf": row.metrics["crf"], "fpr_bound": 10**exponent, "tpr": tpr}
            for row, z_marked in zip(results.crf_rows, results.z_by_crf, strict=True)
            for exponent, tpr in points(z_marked)
        ],
        "frontier": [
            {name: row.metrics[name] for name in ("crf", "bitrate_kbps", "psnr_db")}
            | {name: row.metrics["signature"][name] for name in rates}
            for row in results.crf_rows
        ],
        "drift": within(results.drifts, results.impostors, results.hash_drift["bits"]),
    }


def _sweep_metrics(rows: Iterable[str]) -> dict[str, Metrics]:
    return {row: read_metrics(layout.sweep_metrics(row)) for row in rows}


def _table(path: Path) -> pd.DataFrame:
    try:
        # A clip may well be called NA, or 007.
        return pd.read_csv(path, keep_default_na=False, dtype={"id": str})
    except ValueError as error:
        raise AfterimageError(f"{path}: cannot read the table: {error}") from error


def _rows(path: Path, columns: list[str]) -> Iterable[tuple[Any, ...]]:
    return _table(path)[columns].itertuples(index=False, name=None)


if __name__ == "__main__":
    parser().parse_args()
    run(main)
