"""The commands for videos of one's own, on files with everything."""

import io
import json
import os
import runpy
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from fractions import Fraction
from unittest import mock

import av
import numpy as np
import pytest

from stages.common.key import user_key
from stages.own.container.orientation import Orientation
from stages.own.container.stored import stored
from stages.signature.model.chips import video_key
from stages.signature.search.space import hand_set_vector, to_signature
from stages.sources.synthetic.drawing import draw
from stages.video.ffmpeg import executable
from stages.video.frames import Geometry, read
from stages.video.lossless import encode_lossless
from stages.video.quality import psnr_rgb
from tests.memory import peak_memory
from tests.worktree import ROOT

KEY = "a secret key that nobody may see"
SUBTITLES = "1\n00:00:00,200 --> 00:00:01,000\nhello\n\n2\n00:00:01,200 --> 00:00:02,000\nworld\n"


def environment(key):
    kept = {name: value for name, value in os.environ.items() if "AFTERIMAGE" not in name}
    return kept | ({} if key is None else {"AFTERIMAGE_KEY": key})


def command(*arguments, key=KEY):
    """Run it as `python -m` does, but for a new process: its start is most of a test's time."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.dict(os.environ, environment(key), clear=True),
        mock.patch.object(sys, "argv", ["stages.signature", *map(str, arguments)]),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as end,
    ):
        runpy.run_module("stages.signature", run_name="__main__")
    assert "Traceback" not in err.getvalue()
    assert KEY not in out.getvalue() + err.getvalue()
    assert isinstance(end.value.code, int)
    return subprocess.CompletedProcess(arguments, end.value.code, out.getvalue(), err.getvalue())


def ffmpeg(*arguments):
    subprocess.run([executable(), "-v", "error", "-y", *map(str, arguments)], check=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A signature, subtitles, and a drawn clip without loss."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "signature.json").write_text(to_signature(hand_set_vector(), "balanced").to_json())
    (folder / "subtitles.srt").write_text(SUBTITLES)
    (folder / "clip.mkv").write_bytes(encode_lossless(draw("natural", 3, 64, seed=5)))
    return folder


@pytest.fixture(scope="module")
def marked(folder):
    """The clip marked, as H.264 in MP4."""
    target = folder / "marked.mp4"
    done = command("mark", folder / "clip.mkv", target, "--signature", folder / "signature.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("marked: 64 frames, PSNR of the mark 45.")
    return target


def made(folder, name, *options, filters="null"):
    """The clip as another file, with a tone and subtitles."""
    path = folder / name
    ffmpeg("-i", folder / "clip.mkv", "-f", "lavfi", "-i", "sine=duration=2.5",
           "-i", folder / "subtitles.srt", "-map", "0:v", "-map", "1:a", "-map", "2:s",
           "-vf", filters, "-metadata", "title=A title", "-metadata:s:a", "language=deu",
           "-fps_mode", "passthrough", *options, path)  # fmt: skip
    return path


def packets(path, kind):
    """The packets of the streams of a kind, as they are stored, and their times."""
    with av.open(str(path)) as container:
        streams = [stream for stream in container.streams if stream.type == kind]
        return [(bytes(packet), seconds(packet))
                for packet in container.demux(streams) if packet.size]  # fmt: skip


def times(path):
    return [seconds(frame.frame) for frame in stored(path).frames()]


def seconds(timed):
    """Return the presentation time of a packet or a frame."""
    return timed.pts * timed.time_base


def remade(folder, source, name, *options):
    """A file marked, in which the mark is found, and what it says of itself."""
    target, signature = folder / name, ("--signature", folder / "signature.json")
    done = command("mark", source, target, *signature, *options)
    assert done.returncode == 0, done.stderr
    assert command("detect", target, *signature).returncode == 0
    before, after = stored(source), stored(target)
    assert (after.width, after.height, after.aspect) == (before.width, before.height, before.aspect)
    assert after.orientation == before.orientation
    return before, after


# --- what is kept ----------------------------------------------------------------------------


def test_audio_subtitles_attachments_and_tags_are_kept_in_matroska(folder):
    source = made(folder, "all.mkv", "-c:v", "ffv1", "-attach", folder / "subtitles.srt",
                  "-metadata:s:t", "mimetype=text/plain", "-c:a", "aac")  # fmt: skip
    remade(folder, source, "all.out.mkv", "--encoder", "libx265")
    for kind in ("audio", "subtitle"):
        assert packets(folder / "all.out.mkv", kind) == packets(source, kind) != []
    with av.open(str(folder / "all.out.mkv")) as container:
        assert container.metadata["title"] == "A title"
        assert [stream.type for stream in container.streams] == [
            "video", "audio", "subtitle", "attachment",
        ]  # fmt: skip
        assert container.streams.audio[0].language == "deu"
        assert container.streams.video[0].codec_context.name == "hevc"


def test_rotation_full_range_and_uneven_times_are_kept_in_mp4(folder):
    flat = made(folder, "flat.mp4", "-c:v", "libx264", "-crf", "10", "-bf", "3", "-c:a", "aac",
                "-c:s", "mov_text", "-color_range", "pc", "-colorspace", "bt709",
                filters="select='mod(n,7)+gt(n,40)',scale=out_range=pc,format=yuvj420p",
                )  # fmt: skip
    source = folder / "turned.mp4"
    ffmpeg("-display_rotation", "90", "-i", flat, "-map", "0", "-c", "copy", source)
    before, after = remade(folder, source, "turned.out.mp4")
    assert after.orientation == Orientation(0, -1, 1, 0)
    assert after.colours == before.colours
    assert after.colours.full_range
    uneven = times(source)
    assert len(set(np.diff(uneven))) > 1
    assert times(folder / "turned.out.mp4") == uneven
    assert packets(folder / "turned.out.mp4", "audio") == packets(source, "audio") != []


def test_ten_bits_and_an_odd_size_are_kept(folder):
    source = made(folder, "odd.mkv", "-c:v", "ffv1", "-c:a", "aac",
                  filters="scale=402:302,format=yuv444p10le,crop=401:301,format=yuv420p10le",
                  )  # fmt: skip
    before, after = remade(folder, source, "odd.out.mkv")
    assert (after.width, after.height) == (401, 301)
    assert next(after.frames()).depth == next(before.frames()).depth == 10


def test_webm_gets_vp9_unless_told_otherwise(folder):
    source = made(folder, "web.mkv", "-c:v", "ffv1", "-c:a", "libopus",
                  filters="scale=200:150")  # fmt: skip
    remade(folder, source, "web.webm")
    with av.open(str(folder / "web.webm")) as container:
        assert container.streams.video[0].codec_context.name == "vp9"


def test_4k_is_marked_at_its_own_size(folder):
    source, target = folder / "4k.mkv", folder / "4k.mp4"
    ffmpeg("-i", folder / "clip.mkv", "-frames:v", "10", "-s", "3840x2160", "-c:v", "libx264",
           "-preset", "ultrafast", "-crf", "12", source)  # fmt: skip
    signature = ("--signature", folder / "signature.json")
    done = command("mark", source, target, *signature, "--encoder", "libsvtav1", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["found"], told["frames"], told["encoder"], told["crf"]) == (
        True, 10, "libsvtav1", 24,
    )  # fmt: skip
    after = stored(target)
    assert (after.width, after.height) == (3840, 2160)


def test_the_mark_costs_what_was_asked_for_at_the_size_of_the_video(folder):
    """Encoded without loss, so that nothing but the mark differs."""
    source, target = folder / "plain.mkv", folder / "lossless.mkv"
    ffmpeg("-i", folder / "clip.mkv", "-s", "640x360", "-c:v", "ffv1", source)
    done = command("mark", source, target, "--signature", folder / "signature.json",
                   "--crf", "0", "--psnr", "42", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    before, after = (
        read(path, Geometry(640, 360), max_frames=64, fps=Fraction(25)) for path in (source, target)
    )
    assert psnr_rgb(before, after) == pytest.approx(42.05, abs=0.1)
    assert json.loads(done.stdout)["psnr_db"] == pytest.approx(42.05, abs=0.06)


# --- what is found ---------------------------------------------------------------------------


def test_json_and_words_say_the_same(folder, marked):
    signature = ("--signature", folder / "signature.json")
    words = command("detect", marked, *signature).stdout
    told = json.loads(command("detect", marked, *signature, "--json").stdout)
    assert told["found"] is True
    assert told["frames"] == 64
    assert told["z"] > told["z_threshold"] == pytest.approx(5.256522)
    exponent = int(-told["log10_false_positive_bound"])
    assert f"found: z = {told['z']:.2f}" in words
    assert "scores this high" in words
    assert f"less than 1 in 10^{exponent} ({told['false_positive_bound']})" in words


def test_a_wrong_key_and_an_unmarked_video_find_nothing(folder, marked):
    signature = ("--signature", folder / "signature.json")
    for video, key in ((marked, KEY[::-1]), (folder / "clip.mkv", KEY)):
        done = command("detect", video, *signature, key=key)
        assert done.returncode == 1
        assert done.stdout.startswith("not found: z = ")
        assert done.stderr == ""


def test_marking_does_no_work_for_a_container_that_cannot_hold_the_video(folder, tmp_path):
    """It is refused before the source is even opened."""
    done = command("mark", tmp_path / "nowhere.mkv", tmp_path / "out.ts", "--encoder", "libvpx-vp9",
                   "--signature", folder / "signature.json")  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "a .ts file cannot hold the video of libvpx-vp9" in done.stderr


def test_a_key_of_the_videos_own_finds_that_video_alone(folder):
    signature = ("--signature", folder / "signature.json", "--video-id")
    target = folder / "own_key.mp4"
    assert command("mark", folder / "clip.mkv", target, *signature, "film 7").returncode == 0
    assert command("detect", target, *signature, "film 7").returncode == 0
    assert command("detect", target, *signature, "film 8").returncode == 1
    assert command("detect", target, *signature[:-1]).returncode == 1


@pytest.mark.parametrize("size", ["640x360", "160x120"])
def test_a_mark_is_found_after_rescaling(folder, marked, size):
    received = folder / f"{size}.mp4"
    ffmpeg("-i", marked, "-s", size, "-c:v", "libx264", "-crf", "28", received)
    done = command("detect", received, "--signature", folder / "signature.json")
    assert done.returncode == 0, done.stdout


def test_an_excerpt_is_found_where_it_is_asked_for(folder, marked):
    received = folder / "excerpt.mkv"
    # From where on no carrier has the sign that it has in the first frames.
    ffmpeg("-i", marked, "-vf", "trim=start_frame=10", "-c:v", "ffv1", received)
    signature = ("--signature", folder / "signature.json")
    assert command("detect", received, *signature).returncode == 1
    done = command("detect", received, *signature, "--excerpt", "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert told["attempts"] == 40
    assert told["z_threshold"] == pytest.approx(np.sqrt(2 * np.log(40e6)), abs=1e-6)


# --- what goes wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "options", "said"),
    [
        (None, [], "error: no key: set AFTERIMAGE_KEY"),
        ("", [], "error: AFTERIMAGE_KEY: the key is blank"),
        (20 * " ", [], "error: AFTERIMAGE_KEY: the key is blank"),
        ("afterimage-key:0123", [], "AFTERIMAGE_KEY: a damaged key: afterimage-key: and 64 hex"),
        ("too short", [], "the key has 9 bytes, at least 16 needed"),
        (KEY, ["--key-file", "nowhere.key"], "key file: nowhere.key: No such file"),
        (KEY, ["--signature", "nowhere.json"], "error: nowhere.json: No such file or directory"),
        (KEY, ["--signature", "nothing"], "'nothing': neither a file nor a published signature ("),
        (KEY, ["--signature", ROOT / "README.md"], "README.md: not a signature file"),
        (KEY, ["--false-positive-rate", "2"], "'2': must be from 1e-300 to 0.1"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_status_2(folder, marked, key, options, said):
    signature = ["--signature", folder / "signature.json"]
    done = command("detect", marked, *signature, *options, key=key)
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("target", "options", "said"),
    [
        ("clip.mkv", [], "IN and OUT are the same file"),
        ("out.txt", [], "must end with one of .mp4, "),
        ("out.mp4", ["--crf", "52"], "argument --crf: 52: must be from 0 to 51 for libx264"),
        ("out.mp4", ["--psnr", "20"], "'20': must be from 30 to 60"),
        (
            "out.webm", ["--encoder", "libx264"],
            "out.webm: a .webm file cannot hold the video of libx264; "
            "it can hold that of libsvtav1 and libvpx-vp9",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_told_and_leaves_nothing(folder, target, options, said):
    before = sorted(folder.iterdir())
    signature = ["--signature", folder / "signature.json"]
    done = command("mark", folder / "clip.mkv", folder / target, *signature, *options)
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]
    assert sorted(folder.iterdir()) == before


def damaged(folder):
    whole = (folder / "marked.mp4").read_bytes()
    (folder / "damaged.mp4").write_bytes(whole[: len(whole) // 2])
    return folder / "damaged.mp4"


def torn(folder):
    """Whole in its index, and overwritten in its middle."""
    ffmpeg(
        "-i", folder / "marked.mp4", "-c", "copy", "-movflags", "+faststart", folder / "torn.mp4"
    )
    content = bytearray((folder / "torn.mp4").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = np.random.default_rng(1).bytes(3000)
    (folder / "torn.mp4").write_bytes(content)
    return folder / "torn.mp4"


def one_frame(folder):
    ffmpeg("-i", folder / "clip.mkv", "-frames:v", "1", "-c:v", "ffv1", folder / "one.mkv")
    return folder / "one.mkv"


def tiny(folder):
    ffmpeg("-i", folder / "clip.mkv", "-s", "16x16", "-c:v", "ffv1", folder / "tiny.mkv")
    return folder / "tiny.mkv"


def fade(folder):
    """A fade of plain grey, without loss."""
    ffmpeg("-f", "lavfi", "-i", "color=gray:size=320x240:rate=25,fade=d=2.5", "-frames:v", "64",
           "-pix_fmt", "yuv420p", "-c:v", "ffv1", folder / "fade.mkv")  # fmt: skip
    return folder / "fade.mkv"


def absurd(folder):
    """A legal signature file whose statistic is not a number."""
    content = json.loads((folder / "signature.json").read_text())
    for carrier in content["carriers"]:
        carrier["whitening"] = 1e300
    (folder / "absurd.json").write_text(json.dumps(content))
    return folder / "absurd.json"


def sound(folder):
    ffmpeg("-f", "lavfi", "-i", "sine=duration=1", folder / "sound.mkv")
    return folder / "sound.mkv"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (damaged, "damaged.mp4: "),
        (torn, "torn.mp4: "),
        (one_frame, "one.mkv: too short (1 frames), too small or too still"),
        (tiny, "tiny.mkv: too short (64 frames), too small or too still"),
        (sound, "sound.mkv: no video stream in it"),
    ],
)
@pytest.mark.usefixtures("marked")
def test_a_video_that_cannot_be_marked_is_named_and_nothing_is_written(folder, make, said):
    source, target = make(folder), folder / "refused.mp4"
    done = command("mark", source, target, "--signature", folder / "signature.json")
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]
    assert not list(folder.glob("*refused*")) + list(folder.glob(".*refused*"))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (one_frame, "undecidable: 1 frames"),
        (fade, "undecidable: 64 frames are too few, too still or too plain"),
        (damaged, ".mp4: "),
    ],
)
@pytest.mark.usefixtures("marked")
def test_a_video_that_cannot_be_judged_is_an_error_and_no_finding(folder, make, said):
    done = command("detect", make(folder), "--signature", folder / "signature.json")
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]
    assert done.stdout == ""


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("words", [[], ["--json"]])
def test_a_signature_that_gives_no_number_is_refused(folder, marked, words):
    signature, target = ("--signature", absurd(folder)), folder / "refused.mp4"
    for arguments in (["detect", marked], ["mark", folder / "clip.mkv", target]):
        done = command(*arguments, *signature, *words)
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("error: the signature is not usable: ")
        assert done.stdout == ""
    assert not target.exists()


# --- the key of one video ----------------------------------------------------------------------


def test_the_printed_key_of_one_video_finds_that_video_alone(folder, tmp_path):
    target, given_away = folder / "film 7.mp4", tmp_path / "film7.key"
    (tmp_path / "my.key").write_text(KEY)
    signature = ("--signature", folder / "signature.json")
    of_film_7 = ("--key-file", tmp_path / "my.key", "--video-id", "film 7")
    marking = command("mark", folder / "clip.mkv", target, *signature, *of_film_7, key=None)
    assert marking.returncode == 0, marking.stderr
    printed = command("key", *of_film_7, key=None)
    assert (printed.returncode, printed.stderr) == (0, "")
    given_away.write_text(printed.stdout)
    owner = command("detect", target, *signature, *of_film_7, key=None)
    court = command("detect", target, *signature, "--key-file", given_away, key=None)
    assert (court.returncode, court.stdout) == (0, owner.stdout)
    assert user_key(given_away) == video_key(KEY.encode(), "film 7")
    of_film_8 = command("key", "--video-id", "film 8")
    assert command("detect", target, *signature, key=of_film_8.stdout).returncode == 1


def test_the_key_of_no_video_is_not_printed():
    done = command("key")
    assert done.returncode == 2
    assert "the following arguments are required: --video-id" in done.stderr
    assert done.stdout == ""


# --- the exit status: 0 found, 1 not found, 2 everything else; in processes of their own ---------

UNEXPECTED = {
    # A library that cannot be imported, and one that fails while it works.
    "import": "import sys; sys.modules['cv2'] = None",
    "work": "import hashlib; hashlib.shake_256 = lambda: 1 / 0",
    "words": "import json; json.dumps = lambda *_, **__: 1 / 0",
}


def process(*arguments, redirection="", stdout=subprocess.PIPE, stderr=subprocess.PIPE, **env):
    """Run the command as a shell does, with its streams redirected."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-m", "stages.signature",
         *map(str, arguments)],
        cwd=ROOT, env=environment(KEY) | env, stdout=stdout, stderr=stderr, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def verdicts(folder, marked):
    """Arguments of `detect`, and the exit status that is the verdict."""
    signature = ("--signature", folder / "signature.json", "--json")
    return [(("detect", marked, *signature), 0), (("detect", folder / "clip.mkv", *signature), 1)]


def test_the_exit_status_is_the_verdict(verdicts):
    for arguments, status in verdicts:
        done = process(*arguments)
        assert (done.returncode, done.stderr) == (status, "")
        assert json.loads(done.stdout)["found"] == (status == 0)
        # Standard input is not read.
        assert process(*arguments, redirection="<&-").returncode == status


@pytest.mark.parametrize("where", UNEXPECTED)
def test_an_error_that_nobody_foresaw_is_no_verdict(verdicts, tmp_path, where):
    (tmp_path / "sitecustomize.py").write_text(UNEXPECTED[where])
    for arguments, _ in verdicts:
        done = process(*arguments, PYTHONPATH=str(tmp_path))
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("error: this should not happen: ")
        assert done.stdout == ""
        assert KEY not in done.stderr


@pytest.mark.parametrize("redirection", ["2>&-", ">&-", ">&- 2>&-", ">/dev/full"])
def test_a_stream_that_cannot_be_written_gives_no_verdict(verdicts, redirection):
    for arguments, _ in verdicts:
        done = process(*arguments, redirection=redirection)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_is_gone_gets_no_verdict(verdicts, unbuffered):
    for arguments, _ in verdicts:
        reader, writer = os.pipe()
        os.close(reader)
        done = process(*arguments, stdout=writer, PYTHONUNBUFFERED=unbuffered)
        os.close(writer)
        assert done.returncode == 2
        assert done.stderr == "error: nobody reads the output any more\n"


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
def test_an_error_that_cannot_be_told_is_no_verdict(folder, redirection):
    signature = ("--signature", folder / "signature.json")
    done = process("detect", "nowhere.mkv", *signature, redirection=redirection)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


def test_a_key_that_is_not_utf_8_is_a_key(folder, tmp_path):
    (tmp_path / "key").write_bytes(b"\xff a key in latin 1: \xe4\xf6\xfc")
    signature = ("--signature", folder / "signature.json", "--json")
    said = process("detect", folder / "clip.mkv", *signature, "--key-file", tmp_path / "key").stdout
    variable = os.fsdecode((tmp_path / "key").read_bytes() + b"\n")
    done = process("detect", folder / "clip.mkv", *signature, AFTERIMAGE_KEY=variable)
    assert (done.returncode, done.stdout) == (1, said)


# --- memory ----------------------------------------------------------------------------------


def test_memory_is_flat_in_the_length_of_the_video(folder):
    """Kept, even the small frames in which the mark is made would take 110 MB more."""
    peaks = []
    for frames in (150, 1100):
        video, target = folder / f"{frames}.mp4", folder / f"{frames}.marked.mp4"
        ffmpeg("-stream_loop", "-1", "-i", folder / "clip.mkv", "-frames:v", frames, "-s", "96x72",
               "-c:v", "libx264", "-preset", "ultrafast", video)  # fmt: skip
        signature = ("--signature", folder / "signature.json")
        peak = []
        for arguments in (("mark", video, target, *signature), ("detect", target, *signature)):
            peak += peak_memory("stages.signature", *arguments, AFTERIMAGE_KEY=KEY)
        peaks.append(peak)
    unit = 1024 if sys.platform == "darwin" else 1
    for short, long in zip(*peaks, strict=True):
        assert long - short < 32 * 1024 * unit, peaks
