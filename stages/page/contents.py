"""The page's contents, made from results: sentences, charts, pictures and a table."""

from stages.page.figures import figures
from stages.page.html import ClipPictures, Page, Table
from stages.page.results import ClipScore, Results
from stages.page.verdict import verdict


def page(results: Results) -> Page:
    """Put together everything on the page."""
    scores = {score.id: score for score in results.scores}
    return Page(
        verdict(results.validate, results.hash_drift, results.setting),
        setting(results),
        figures(results),
        [
            ClipPictures(name, strip.middle(), clip_caption(scores[name]))
            for name, strip in results.strips.items()
        ],
        pictures_caption(results),
        table(results),
    )


def setting(results: Results) -> str:
    """Describe the data set, and the distortion by the mark."""
    fetch, mark = results.fetch, results.validate
    return (
        f"{fetch['clips']} clips of {fetch['groups']} recordings: {fetch['train_clips']} natural "
        f"clips to train on, {fetch['test_clips']} to test on, never of one recording; "
        f"{mark['frames_per_clip']} frames each. The mark leaves a PSNR of "
        f"{mark['psnr_db']:.1f} dB over RGB (SSIM {mark['ssim']:.4f}, VMAF {mark['vmaf']:.1f}) "
        f"and adds {mark['bitrate_overhead']:.1%} to the bitrate."
    )


def pictures_caption(results: Results) -> str:
    """Describe the rows of pictures, and the difference in colour over all test clips."""
    mark = results.validate
    return (
        f"The middle frame of a few test clips; compressed by {results.setting.codec}. Colour "
        "difference of marked and original over all test clips (CIEDE2000; 1 is just "
        f"noticeable): median {mark['ciede2000_median']:.2f}, 99.9th percentile "
        f"{mark['ciede2000_p999']:.2f}."
    )


def clip_caption(score: ClipScore) -> str:
    """State the measurements of one clip."""
    return (
        f"z = {score.z_marked:.1f} marked, {score.z_unmarked:.1f} unmarked; "
        f"PSNR {score.psnr_db:.1f} dB, VMAF {score.vmaf:.1f}"
    )


def table(results: Results) -> Table:
    """Tabulate every row of the sweep."""
    header = ("after", "kbit/s", "found", "interval", "median z", "least z", "threshold",
              "drift, median", "drift, most")  # fmt: skip
    rows = []
    for row in (*results.crf_rows, *results.other_rows):
        mark, drift = row.metrics["signature"], row.metrics["fingerprint"]
        rows.append((
            row.label,
            f"{row.metrics['bitrate_kbps']:.0f}",
            f"{round(mark['tpr'] * mark['clips'])} of {mark['clips']}",
            f"{mark['tpr_ci_low']:.1%} to {mark['tpr_ci_high']:.1%}",
            f"{mark['z_median']:.1f}",
            f"{mark['z_min']:.1f}",
            f"{mark['z_threshold']:.2f}",
            f"{drift['drift_median']:.0f}",
            f"{drift['drift_max']}",
        ))  # fmt: skip
    return Table(header, rows)
