from stages.page.rows import crf_rows, edit_rows, encoder_rows


def test_rows_of_crfs_go_from_mild_to_hard():
    rows = crf_rows({"crf40": {"crf": 40}, "crf5": {"crf": 5}, "crf28": {"crf": 28}})
    assert [(row.name, row.label) for row in rows] == [
        ("crf5", "CRF 5"), ("crf28", "CRF 28"), ("crf40", "CRF 40"),
    ]  # fmt: skip


def test_rows_of_encoders_and_edits_stay_in_order_and_state_their_crfs():
    metrics = {"crf": 35, "bitrate_kbps": 80.0}
    (encoder,) = encoder_rows({"libx265": metrics})
    assert (encoder.label, encoder.metrics) == ("libx265, CRF 35", metrics)
    rows = edit_rows({"second_generation": metrics, "cropped": {"crf": 28}}, first_crf=28)
    assert [row.label for row in rows] == [
        "CRF 28, then CRF 35", "5 % cut away and enlarged, CRF 28",
    ]  # fmt: skip
