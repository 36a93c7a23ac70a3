"""From results to the page: its sentences, charts, pictures and table."""

from stages.page.figures import figures
from stages.page.html import Page, Pictured, Table
from stages.page.results import Results, Score
from stages.page.verdict import verdict


def page(found: Results) -> Page:
    """Everything on the page."""
    scores = {score.id: score for score in found.scores}
    return Page(
        verdict(found.validate, found.hash_drift, found.setting),
        setting(found),
        figures(found),
        [
            Pictured(name, strip.middle(), clip_caption(scores[name]))
            for name, strip in found.strips.items()
        ],
        pictures_caption(found),
        table(found),
    )


def setting(found: Results) -> str:
    """What was measured on what."""
    fetch, mark = found.fetch, found.validate
    return (
        f"{fetch['clips']} clips of {fetch['groups']} recordings: {fetch['train_clips']} natural "
        f"clips to train on, {fetch['test_clips']} to test on, never of one recording; "
        f"{mark['frames_per_clip']} frames each. The mark leaves a PSNR of "
        f"{mark['psnr_db']:.1f} dB over RGB (SSIM {mark['ssim']:.4f}, VMAF {mark['vmaf']:.1f}) "
        f"and adds {mark['bitrate_overhead']:.1%} to the bitrate."
    )


def pictures_caption(found: Results) -> str:
    """What the rows of pictures are."""
    mark = found.validate
    return (
        f"The middle frame of a few test clips; compressed by {found.setting.codec}. Colour "
        "difference of marked and original over all test clips (CIEDE2000; 1 is just "
        f"noticeable): median {mark['ciede2000_median']:.2f}, 99.9th percentile "
        f"{mark['ciede2000_p999']:.2f}."
    )


def clip_caption(score: Score) -> str:
    """What was measured of one clip."""
    return (
        f"z = {score.z_marked:.1f} marked, {score.z_unmarked:.1f} unmarked; "
        f"PSNR {score.psnr_db:.1f} dB, VMAF {score.vmaf:.1f}"
    )


def table(found: Results) -> Table:
    """Every row of the sweep, in numbers."""
    header = ("after", "kbit/s", "found", "interval", "median z", "least z", "threshold",
              "drift, median", "drift, most")  # fmt: skip
    rows = []
    for row in (*found.by_crf, *found.others):
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
