"""Videos as nobody should send them, made from the bundled ffmpeg's test pictures: same seed, same
files.

First come the odd ones that are whole (sizes, pixel formats, rates, metadata, streams), then what
is no video at all, then whole ones with something done to their bytes.
"""

import cmath
import math
import random
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from tests.project import bundled_ffmpeg

SEED = 1
WIDTH, HEIGHT, FRAMES = 96, 64, 10


@dataclass(frozen=True)
class Mutant:
    """A file: its name, what was done to it, and its content."""

    name: str
    kind: str
    content: bytes


def mutants(count: int, folder: Path, seed: int = SEED) -> Iterator[Mutant]:
    """Yield so many files; ``folder`` is for what ffmpeg makes on the way."""
    whole = [
        Mutant(f"{name}{suffix}", kind, encoded(folder / f"{index}{suffix}", source, options))
        for index, (name, suffix, kind, source, options) in enumerate(WHOLE)
    ]
    ordinary = [mutant for mutant in whole if mutant.kind == ORDINARY]
    everything = [*whole, *odd(ordinary), *no_videos()]
    for index, mutant in enumerate(everything[:count]):
        yield Mutant(f"{index:04} {mutant.name}", mutant.kind, mutant.content)
    # A stream of its own for each file: one kind more changes no other file.
    kinds = cycle(MUTATIONS.items())
    for index in range(len(everything), count):
        rng = random.Random(f"{seed}/{index}")
        kind, mutate = next(kinds)
        base, other = rng.choice(ordinary), rng.choice(ordinary)
        yield Mutant(f"{index:04} {base.name}", kind, mutate(base.content, other.content, rng))


def encoded(path: Path, source: str, options: str) -> bytes:
    """Encode a test picture with the bundled ffmpeg."""
    path.parent.mkdir(parents=True, exist_ok=True)
    inputs = [word for part in source.split(" + ") for word in ("-f", "lavfi", "-i", part)]
    exact = ["-threads", "1", "-fflags", "+bitexact", "-flags", "+bitexact"]
    command = [bundled_ffmpeg(), "-v", "error", "-y", *inputs, *options.split(), *exact]
    subprocess.run([*command, str(path)], check=True, stdin=subprocess.DEVNULL)
    return path.read_bytes()


# --- whole videos -----------------------------------------------------------------------------

ORDINARY = "as it is"
_SIZE = f"size={WIDTH}x{HEIGHT}:rate=25"
PICTURE = f"testsrc2={_SIZE}:duration={FRAMES / 25}"
ZOOM = f"mandelbrot={_SIZE},trim=end_frame={FRAMES}"
TONE = "sine=duration=0.4"

# Name, suffix, kind, source and ffmpeg's options.
WHOLE = [
    ("h264", ".mp4", ORDINARY, PICTURE, "-c:v libx264 -pix_fmt yuv420p"),
    ("h264 and sound", ".mp4", ORDINARY, f"{ZOOM} + {TONE}", "-c:v libx264 -pix_fmt yuv420p"),
    ("h264", ".mkv", ORDINARY, ZOOM, "-c:v libx264 -pix_fmt yuv420p"),
    ("h264", ".ts", ORDINARY, PICTURE, "-c:v libx264 -pix_fmt yuv420p"),
    ("h264", ".flv", ORDINARY, ZOOM, "-c:v libx264 -pix_fmt yuv420p"),
    ("hevc", ".mp4", ORDINARY, PICTURE, "-c:v libx265 -x265-params log-level=none:pools=none"),
    ("mpeg4", ".avi", ORDINARY, ZOOM, "-c:v mpeg4"),
    ("mpeg4", ".mov", ORDINARY, PICTURE, "-c:v mpeg4"),
    ("mpeg2", ".mpg", ORDINARY, ZOOM, "-c:v mpeg2video"),
    ("mpeg2 large", ".mpg", ORDINARY, "testsrc2=size=320x240:duration=0.4", "-c:v mpeg2video"),
    ("mpeg1", ".mpeg", ORDINARY, PICTURE, "-c:v mpeg1video"),
    ("mjpeg", ".avi", ORDINARY, PICTURE, "-c:v mjpeg -pix_fmt yuvj420p"),
    ("ffv1", ".mkv", ORDINARY, ZOOM, "-c:v ffv1"),
    ("huffyuv", ".avi", ORDINARY, PICTURE, "-c:v huffyuv -pix_fmt yuv422p"),
    ("raw", ".avi", ORDINARY, PICTURE, "-c:v rawvideo -pix_fmt yuv420p"),
    ("vp8", ".webm", ORDINARY, ZOOM, "-c:v libvpx"),
    ("vp9", ".webm", ORDINARY, PICTURE, "-c:v libvpx-vp9 -cpu-used 8"),
    ("av1", ".mkv", ORDINARY, ZOOM, "-c:v libaom-av1 -cpu-used 8 -pix_fmt yuv420p"),
    ("theora", ".ogv", ORDINARY, PICTURE, "-c:v libtheora -pix_fmt yuv420p"),
    ("wmv2", ".wmv", ORDINARY, ZOOM, "-c:v wmv2"),
    ("gif", ".gif", ORDINARY, PICTURE, ""),
    ("y4m", ".y4m", ORDINARY, ZOOM, "-pix_fmt yuv420p"),
    ("prores", ".mov", ORDINARY, PICTURE, "-c:v prores_ks"),
    ("ffv1", ".nut", ORDINARY, PICTURE, "-c:v ffv1"),
    ("one frame", ".mp4", "1 frame", PICTURE, "-frames:v 1 -c:v libx264 -pix_fmt yuv420p"),
    ("one frame", ".mkv", "1 frame", PICTURE, "-frames:v 1 -c:v ffv1"),
    ("no frame", ".mkv", "0 frames", PICTURE, "-frames:v 0 -c:v ffv1"),
    ("no frame", ".avi", "0 frames", PICTURE, "-frames:v 0 -c:v mpeg4"),
    ("no frame", ".y4m", "0 frames", PICTURE, "-frames:v 0"),
    ("variable rate", ".mkv", "variable frame rate", f"{PICTURE},setpts='(N+mod(N*N,7))/25/TB'",
     "-c:v libx264 -fps_mode vfr"),
    ("variable rate", ".mp4", "variable frame rate", f"{PICTURE},select='not(mod(n*n,3))'",
     "-c:v libx264 -fps_mode vfr"),
    ("1000 a second", ".mkv", "variable frame rate", f"{PICTURE},setpts=N/1000/TB", "-c:v ffv1"),
    ("one in a minute", ".mkv", "variable frame rate", f"{PICTURE},setpts=N*60/TB", "-c:v ffv1"),
    ("127x95", ".mkv", "odd size", PICTURE, "-vf scale=127:95 -c:v ffv1 -pix_fmt yuv420p"),
    ("33x17", ".mp4", "odd size", PICTURE, "-vf scale=33:17 -c:v libx264 -pix_fmt yuv444p"),
    ("1x1", ".gif", "odd size", PICTURE, "-vf scale=1:1"),
    ("2x2", ".nut", "odd size", PICTURE, "-vf scale=2:2 -c:v rawvideo -pix_fmt yuv420p"),
    ("4000x2", ".nut", "odd size", PICTURE, "-vf scale=4000:2 -c:v rawvideo -pix_fmt yuv420p"),
    ("2x4000", ".nut", "odd size", PICTURE, "-vf scale=2:4000 -c:v rawvideo -pix_fmt yuv420p"),
    ("anamorphic", ".mp4", "odd size", PICTURE, "-vf setsar=64/45 -c:v libx264 -pix_fmt yuv420p"),
    ("10 bit", ".mp4", "10-bit", PICTURE, "-c:v libx264 -pix_fmt yuv420p10le"),
    ("10 bit", ".mkv", "10-bit", ZOOM, "-c:v ffv1 -pix_fmt yuv422p10le"),
    ("16 bit", ".mkv", "10-bit", ZOOM, "-c:v ffv1 -pix_fmt gray16le"),
    ("444", ".mp4", "4:4:4", PICTURE, "-c:v libx264 -pix_fmt yuv444p"),
    ("rgb", ".mkv", "4:4:4", ZOOM, "-c:v ffv1 -pix_fmt gbrp"),
    ("422", ".mov", "4:4:4", ZOOM, "-c:v libx264 -pix_fmt yuv422p"),
    ("alpha", ".mov", "4:4:4", PICTURE, "-c:v qtrle -pix_fmt argb"),
    ("full range", ".mp4", "full range", PICTURE, "-c:v libx264 -pix_fmt yuvj420p"),
    ("full range", ".mkv", "full range", ZOOM, "-c:v ffv1 -pix_fmt yuv420p -color_range pc"),
    ("sound", ".mp4", "audio only", TONE, "-c:a aac"),
    ("sound", ".mkv", "audio only", TONE, "-c:a flac"),
    ("sound", ".avi", "audio only", TONE, "-c:a pcm_s16le"),
    ("fields", ".mp4", "interlaced", f"{PICTURE},interlace", "-c:v libx264 -pix_fmt yuv420p "
     "-x264-params tff=1"),
    ("fields", ".mpg", "interlaced", f"{PICTURE},interlace", "-c:v mpeg2video -flags +ildct+ilme"),
    ("bt2020", ".mkv", "10-bit", PICTURE, "-c:v libx264 -pix_fmt yuv420p10le "
     "-color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc"),
]  # fmt: skip


def odd(ordinary: list[Mutant]) -> Iterator[Mutant]:
    """What ffmpeg does not make by itself."""
    contents = {mutant.name: mutant.content for mutant in ordinary}
    for degrees in (90, 180, 270, 45):
        turned = rotated(contents["h264.mp4"], degrees)
        yield Mutant(f"turned by {degrees}.mp4", "rotation metadata", turned)
    grows = contents["mpeg2.mpg"] + contents["mpeg2 large.mpg"]
    yield Mutant("grows.mpg", "size or codec changes midway", grows)
    changes = contents["mpeg2.mpg"] + contents["mpeg1.mpeg"]
    yield Mutant("changes codec.mpg", "size or codec changes midway", changes)
    for name, content in contents.items():
        yield Mutant(f"{name}.avi", "another suffix", content)


def rotated(mp4: bytes, degrees: int) -> bytes:
    """An MP4 whose track header asks the player to turn it (ISO/IEC 14496-12, 8.3.2)."""
    turn = cmath.rect(1, math.radians(degrees))
    cosine, sine = (round(part * 65536) for part in (turn.real, turn.imag))
    matrix = struct.pack(">9i", cosine, sine, 0, -sine, cosine, 0, 0, 0, 1 << 30)
    place = mp4.index(b"tkhd") + 4 + 40
    return mp4[:place] + matrix + mp4[place + len(matrix) :]


# --- no videos --------------------------------------------------------------------------------

NO_VIDEO = "no video"
PLAYLIST = "playlist in disguise"


def no_videos() -> Iterator[Mutant]:
    """Files that only the name makes a video."""
    rng = random.Random(SEED)
    pixels = zlib.compress(bytes(65 * 64))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (
            (b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)),
            (b"IDAT", pixels),
            (b"IEND", b""),
        )
    )
    for name, content in {
        "empty.mp4": b"",
        "one byte.mkv": b"\x1a",
        "text.mp4": b"This is no video.\n" * 100,
        "zeros.avi": bytes(1 << 16),
        "noise.mp4": rng.randbytes(1 << 16),
        "noise.ts": rng.randbytes(1 << 16),
        "picture.mp4": png,
        "page.webm": b"<!DOCTYPE html><title>404</title>",
        "archive.mkv": b"PK\x03\x04" + bytes(200),
        "subtitles.mkv": b"1\n00:00:00,000 --> 00:00:01,000\nHello\n",
    }.items():
        yield Mutant(name, NO_VIDEO, content)
    for target in ("0000 h264.mp4", "/etc/passwd", "http://127.0.0.1:9/a.ts", "pipe:0"):
        name = f"{target.strip('/').replace('/', '_').replace(':', '_')}.mp4"
        hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{target}\n#EXT-X-ENDLIST\n"
        yield Mutant(f"hls {name}", PLAYLIST, hls.encode())
        yield Mutant(f"concat {name}", PLAYLIST, f"ffconcat version 1.0\nfile {target}\n".encode())
    sdp = b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n"
    yield Mutant("sdp.mp4", PLAYLIST, sdp)


# --- mutations --------------------------------------------------------------------------------


def bits_flipped(content: bytes, _other: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(2 ** rng.randrange(10)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def header_bits_flipped(content: bytes, _other: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 12)):
        changed[rng.randrange(min(600, len(changed)))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def truncated(content: bytes, _other: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def beheaded(content: bytes, _other: bytes, rng: random.Random) -> bytes:
    return content[rng.randrange(1, len(content)) :]


def header_swapped(content: bytes, other: bytes, rng: random.Random) -> bytes:
    """Put the first bytes of another video in place of the first."""
    size = 2 ** rng.randrange(3, 12)
    return other[:size] + content[size:]


def absurd_size(content: bytes, _other: bytes, rng: random.Random) -> bytes:
    """Change every number that looks like the width or the height."""
    absurd = rng.choice([0, 1, 3, 5000, 16383, 32767, 65535])
    changed = content
    for side in rng.choice([(WIDTH,), (HEIGHT,), (WIDTH, HEIGHT)]):
        for form in ("<H", ">H"):
            changed = changed.replace(struct.pack(form, side), struct.pack(form, absurd))
    return changed.replace(f"W{WIDTH} ".encode(), f"W{absurd} ".encode())


def absurd_number(content: bytes, _other: bytes, rng: random.Random) -> bytes:
    """Write a length, a count or an offset that nobody can mean."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(max(1, len(changed) - 4))
        number = rng.choice([0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**24])
        changed[place : place + 4] = struct.pack(rng.choice([">I", "<I"]), number)
    return bytes(changed)


def overwritten(content: bytes, _other: bytes, rng: random.Random) -> bytes:
    first = rng.randrange(len(content))
    size = rng.randrange(1, 4096)
    kinds: list[Callable[[int], bytes]] = [bytes, rng.randbytes]
    noise = rng.choice(kinds)(size)
    return content[:first] + noise + content[first + size :]


def repeated(content: bytes, _other: bytes, rng: random.Random) -> bytes:
    first, last = sorted(rng.randrange(len(content)) for _ in range(2))
    return content[:last] + content[first:last] * rng.randint(1, 20) + content[last:]


def spliced(content: bytes, other: bytes, rng: random.Random) -> bytes:
    """Join the beginning of one video and the end of another."""
    return content[: rng.randrange(len(content))] + other[rng.randrange(len(other)) :]


Mutation = Callable[[bytes, bytes, random.Random], bytes]
MUTATIONS: dict[str, Mutation] = {
    "bits flipped": bits_flipped,
    "bits flipped in the header": header_bits_flipped,
    "truncated": truncated,
    "beginning missing": beheaded,
    "header of another video": header_swapped,
    "absurd dimensions": absurd_size,
    "absurd lengths and counts": absurd_number,
    "overwritten": overwritten,
    "repeated": repeated,
    "two videos spliced": spliced,
}
