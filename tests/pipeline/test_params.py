import re

import pytest
import yaml

from stages.common.errors import AfterimageError
from stages.pipeline.params import Params
from stages.pipeline.params_file import load_params
from tests.worktree import ROOT

TEXT = (ROOT / "params.yaml").read_text()


def load(tmp_path, old="", new=""):
    assert old in TEXT
    path = tmp_path / "params.yaml"
    path.write_text(TEXT.replace(old, new, 1))
    return load_params(path)


def test_the_committed_parameters_are_valid(tmp_path):
    params = load(tmp_path)
    assert params.compress.codec.crf == params.compress.crf


@pytest.mark.parametrize(
    ("old", "new", "line_of", "complaint"),
    [
        ("crf: 28", "crf: 99", "crf: 99", "compress.crf = 99: must be from 0 to 51 for libx264"),
        ("crf: 28", "crf: 28.5", "crf:", "compress.crf = 28.5"),
        ("crf: 28", "crf: true", "crf:", "compress.crf = True"),
        ("  crf: 28", "  cfr: 28", "cfr:", "unknown key compress.cfr (did you mean crf?)"),
        ("encoder: libx264", "encoder: xvid", "encoder:", "'libx264', 'libx265'"),
        ("  strict: false", "  strict: 3", "strict:", "fetch.strict = 3"),
        ("optimize:", "optimise:", "optimise:", "unknown key optimise (did you mean optimize?)"),
        ("width: 320", "width: 321", "width:", "multiple of 2"),
        ("sigma: 0.4", "sigma: .inf", "sigma:", "optimize.sigma"),
        ("psnr_db: 45.0", "psnr_db: x", "psnr_db:", "signature.psnr_db = 'x'"),
        ("harder: [7, 17, 23]", "harder: [7, 0]", "harder:", "signature.harder"),
        ("group_regex: '", "group_regex: '(", "group_regex:", "not a regular expression"),
        ("natural: 36", "natural: 1", "synthetic:", "fetch.synthetic: natural = 1, but two are"),
        ("  crf: 28", "  crf: 28\n  crf: 30", "crf: 30", "crf stands twice in its section"),
        ("crf: 28", "crf: !!python/name:os.system", "crf:", "could not determine a constructor"),
        ("population: 96", "population: 1", "population:", "(allowed: >= 4 and <= 1000)"),
    ],
)
def test_a_bad_value_is_told_with_file_line_key_value_and_range(
    tmp_path, old, new, line_of, complaint
):
    with pytest.raises(AfterimageError) as caught:
        load(tmp_path, old, new)
    message = str(caught.value)
    assert complaint in message
    line = next(
        i for i, text in enumerate(TEXT.replace(old, new, 1).splitlines(), 1) if line_of in text
    )
    assert f"params.yaml:{line}:" in message
    assert "\n" not in message


def test_seed_0_is_refused_for_cma(tmp_path):
    text = re.sub(r"(optimize:.*?)seed: 1", r"\1seed: 0", TEXT, flags=re.DOTALL)
    (tmp_path / "params.yaml").write_text(text)
    with pytest.raises(AfterimageError, match=r"optimize\.seed = 0"):
        load_params(tmp_path / "params.yaml")


@pytest.mark.parametrize("text", ["1e-6", "1.0e-6", "0.000001", "1E-06", "1.e-6"])
def test_a_rate_is_read_as_dvc_reads_it(tmp_path, text):
    params = load(tmp_path, "false_positive_rate: 1.0e-6", f"false_positive_rate: {text}")
    assert params.signature.false_positive_rate == 1e-6


@pytest.mark.parametrize(
    "content",
    ["", "[1, 2]", "just text", "a: [", "\ttab", "? [1]\n: 2", "- &a [*a]", "a: " + "[" * 5000],
)
def test_what_is_no_mapping_is_refused(tmp_path, content):
    (tmp_path / "params.yaml").write_text(content)
    with pytest.raises(AfterimageError, match=r"params\.yaml"):
        load_params(tmp_path / "params.yaml")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(AfterimageError, match=r"params\.yaml: No such file"):
        load_params(tmp_path / "params.yaml")


def test_every_limit_of_an_encoder_is_its_own(tmp_path):
    with pytest.raises(AfterimageError, match="yuv420p, yuv420p10le for libsvtav1"):
        load_params(changed(tmp_path, {"encoder": "libsvtav1", "pixel_format": "yuv444p"}))
    vp9 = {"encoder": "libvpx-vp9", "crf": 63}
    assert load_params(changed(tmp_path, vp9)).compress.crf == 63


@pytest.mark.parametrize("change", [{"crf": [18, 52]}, {"second_crf": 52}])
def test_the_sweeps_crfs_are_the_encoders(tmp_path, change):
    with pytest.raises(AfterimageError, match="crf = 52, but must be from 0 to 51 for libx264"):
        load_params(changed(tmp_path, change, "sweep"))


def changed(tmp_path, changes, section="compress"):
    params = yaml.safe_load(TEXT)
    params[section] |= changes
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    return tmp_path / "params.yaml"


def test_every_knob_is_commented():
    lines = TEXT.splitlines()
    knobs = [i for i, line in enumerate(lines) if re.match(r"  +\w+: \S", line)]
    assert len(knobs) > 20
    for index in knobs:
        assert lines[index - 1].lstrip().startswith("#"), f"{lines[index]} has no comment"


def test_every_section_of_the_model_is_in_the_file():
    sections = {field.alias or name for name, field in Params.model_fields.items()}
    assert sections == set(yaml.safe_load(TEXT))
