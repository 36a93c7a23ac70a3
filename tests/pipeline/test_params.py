"""`params.yaml` and its models: what is refused and how, and that the two agree."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from ruamel.yaml import YAML

from stages.common.errors import AfterimageError
from stages.common.records import names
from stages.pipeline.params import Params
from stages.pipeline.params.fetch import with_sources
from stages.pipeline.params.file import load_params
from stages.video.encoder import encoder
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
        (
            "encoder: libx264",
            "encoder: xvid",
            "encoder:",
            "compress.encoder = 'xvid': must be one of ",
        ),
        ("  strict: false", "  strict: 3", "strict:", "fetch.strict = 3"),
        ("optimize:", "optimise:", "optimise:", "unknown key optimise (did you mean optimize?)"),
        ("width: 320", "width: 321", "width:", "multiple of 2"),
        ("sigma: 0.4", "sigma: .inf", "sigma:", "optimize.sigma"),
        ("psnr_db: 45.0", "psnr_db: x", "psnr_db:", "signature.psnr_db = 'x'"),
        ("harder: [7, 17, 23]", "harder: [7, 0]", "harder:", "signature.harder"),
        ("group_regex: '", "group_regex: '(", "group_regex:", "not a regular expression"),
        ("natural: 36", "natural: 1", "natural:", "fetch.synthetic.natural = 1: must be greater"),
        ("seed: 1", "sede: 1", "sede:", "unknown key fetch.synthetic.sede (did you mean seed?)"),
        ("source: synthetic", "source: synth", "source:", "'synth': must be one of folder, syn"),
        ("source: synthetic", "source: [1]", "source:", "fetch.source = [1]: must be a valid str"),
        ("  synthetic:", "  syntetic:", "syntetic:", "unknown key fetch.syntetic (did you mean s"),
        ("folder: data/own", "folder: ''", "folder:", "fetch.folder = '': "),
        ("recipe: afterimage", "recipe: none", "recipe:", "must be one of afterimage, classic"),
        ("edits: [", "edits: [gray, ", "edits:", "(did you mean grey?)"),
        ("methods: [", "methods: [cma, ", "methods:", "baseline.methods = 'cma': must be one of"),
        ("  crf: 28", "  crf: 28\n  crf: 30", "crf: 30", 'found duplicate key "crf"'),
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


def test_a_source_that_is_not_chosen_is_checked_too_and_need_not_be_there(tmp_path):
    with pytest.raises(AfterimageError, match=r"fetch\.ucf101\.split = 4: must be less"):
        load(tmp_path, "    split: 1", "    split: 4")
    params = yaml.safe_load(TEXT)
    del params["fetch"]["ucf101"]
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    assert load_params(tmp_path / "params.yaml").fetch.source_settings.natural == 36
    params["fetch"]["source"] = "ucf101"
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    with pytest.raises(AfterimageError, match=r"params\.yaml:\d+: fetch\.ucf101 is missing"):
        load_params(tmp_path / "params.yaml")


# --- the file and the models agree -----------------------------------------------------------

NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"
RANGE = re.compile(rf"(above )?({NUMBER})(?: \(best\))?,?(?: to)? (below )?({NUMBER})")


def schema_of(section: str) -> dict[str, Any]:
    """Return the JSON schema of a section's model."""
    models: dict[str, Any] = {
        field.alias or name: field.annotation for name, field in Params.model_fields.items()
    }
    models["fetch"] = with_sources(names("sources"))
    schema: dict[str, Any] = models[section].model_json_schema()
    return schema


def knobs() -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield each knob of the file: its keys, its schema, and the comment above it."""
    lines = TEXT.splitlines()

    def walk(
        keys: str, content: Any, schema: dict[str, Any], defs: dict[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any], str]]:
        if "$ref" in schema:
            schema = defs[schema["$ref"].rpartition("/")[2]]
        if schema.get("type") != "object":
            yield keys, schema, content
            return
        assert set(content) == set(schema["properties"]), keys
        for key, value in content.items():
            line = content.lc.key(key)[0]
            first = line
            while lines[first - 1].lstrip().startswith("#"):
                first -= 1
            comment = " ".join(text.strip(" #") for text in lines[first:line])
            inner = value if isinstance(value, dict) else comment
            yield from walk(f"{keys}.{key}", inner, schema["properties"][key], defs)

    for section, content in YAML(typ="rt").load(TEXT).items():
        schema = schema_of(section)
        yield from walk(section, content, schema, schema.get("$defs", {}))


KNOBS = list(knobs())


@pytest.mark.parametrize(("keys", "schema", "comment"), KNOBS, ids=[keys for keys, *_ in KNOBS])
def test_a_knob_is_commented_and_described(keys, schema, comment):
    assert len(comment) > 10
    assert len(schema["description"]) > 10


def limits(schema: dict[str, Any]) -> tuple[bool, float, bool, float] | None:
    """Return the range of a number, or of each number of a list, in the form of ``stated``."""
    schema = schema.get("items", schema)
    low = schema.get("exclusiveMinimum", schema.get("minimum"))
    high = schema.get("exclusiveMaximum", schema.get("maximum"))
    if low is None or high is None:
        return None
    return "exclusiveMinimum" in schema, float(low), "exclusiveMaximum" in schema, float(high)


def stated(comment: str) -> list[tuple[bool, float, bool, float]]:
    """Return the ranges in a comment: above or from what, below or to what."""
    return [
        (bool(above), float(low), bool(below), float(high))
        for above, low, below, high in RANGE.findall(comment)
    ]


# Keys whose range is the encoder's.
CRFS = {"compress.crf", "sweep.crf", "sweep.second_crf"}
RANGED = [knob for knob in KNOBS if limits(knob[1]) and knob[0] not in CRFS]


@pytest.mark.parametrize(("keys", "schema", "comment"), RANGED, ids=[keys for keys, *_ in RANGED])
def test_a_comment_states_the_range_of_the_model(keys, schema, comment):
    assert stated(comment)[:1] == [limits(schema)]
    assert ("even, " in comment) == ("multipleOf" in schema)


def test_what_has_a_range_is_compared():
    assert len(RANGED) > 40
    numbers = {"integer", "number"}
    unbounded = {
        keys for keys, schema, _ in KNOBS
        if schema.get("items", schema).get("type") in numbers and not limits(schema)
    }  # fmt: skip
    assert unbounded <= CRFS


@pytest.mark.parametrize("keys", sorted(CRFS))
def test_a_crf_s_comment_states_the_range_of_every_encoder(keys):
    (comment,) = (comment for key, _, comment in KNOBS if key == keys)
    (_, low, _, _), *_ = stated(comment)
    assert low == 0
    highest = {encoder(name).max_crf for name in names("encoders")}
    assert highest == {int(number) for number in re.findall(r"to (\d+)", comment)[: len(highest)]}


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("in pixels (even, 64 to 3840). The", (False, 64, False, 3840)),
        ("(above 0, to 2)", (True, 0, False, 2)),
        ("(above 0, below 1)", (True, 0, True, 1)),
        ("(0.5 to below 1)", (False, 0.5, True, 1)),
        ("(1e-12 to 0.1)", (False, 1e-12, False, 0.1)),
    ],
)
def test_a_range_is_read(comment, expected):
    assert stated(comment) == [expected]
