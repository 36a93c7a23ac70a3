"""The embedded data set: generated clips whose statistics are those of natural video.

A scene is a *dead leaves* picture (shapes of all sizes that occlude each other; Lee, Mumford and
Huang 2001 show that it has the 1/f spectrum and the edges of natural images) behind actors that
walk, wave and turn, seen by a camera that pans, zooms, shakes and sometimes cuts. Each clip draws
how much of each it has; `benchmarks/natural_statistics.py` holds the result against real
footage. Integers wherever pixels are made, so that every machine draws the same clip.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.sources.offer import NO_LABELS, Labels
from stages.video.frames import Frames
from stages.video.lossless import encode_lossless

WIDTH, HEIGHT, FPS = 320, 240, Fraction(25)

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SyntheticOffer:
    """One clip to be drawn: ``index`` within its kind, from ``seed``."""

    kind: str
    index: int
    frames: int
    seed: int
    labels: Labels = NO_LABELS
    drawn: bool = True

    @property
    def id(self) -> str:
        return f"{self.kind}_{self.index:03d}.mkv"

    @property
    def group(self) -> str:
        return f"{self.kind}_{self.index:03d}"

    def store(self, path: Path) -> None:
        """Draw the clip and store it losslessly."""
        path.write_bytes(encode_lossless(draw(self.kind, self.index, self.frames, self.seed)))


def offers(*, natural: int, simple: int, frames: int, seed: int) -> list[SyntheticOffer]:
    """List ``natural`` natural clips, and ``simple`` of each test pattern."""
    counts = {kind: natural if kind == "natural" else simple for kind in KINDS}
    return [
        SyntheticOffer(kind, index, frames, seed)
        for kind, count in counts.items()
        for index in range(count)
    ]


def draw(kind: str, index: int, frames: int, seed: int) -> Frames:
    """Draw one clip; a clip depends on its kind, index, length and seed, and on no other clip."""
    rng = np.random.default_rng([seed, list(KINDS).index(kind), index])
    i420 = np.empty((frames, HEIGHT * 3 // 2, WIDTH), np.uint8)
    for time, rgb in enumerate(KINDS[kind](rng, frames)):
        cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420, dst=i420[time])
    return Frames(i420, FPS)


# --- test patterns, as earlier work used them ------------------------------------------------


def solid(rng: np.random.Generator, frames: int) -> list[Image]:
    """Draw one colour, standing still."""
    colour = rng.integers(0, 256, 3, dtype=np.uint8)
    return [np.broadcast_to(colour, (HEIGHT, WIDTH, 3)).copy()] * frames


def square(rng: np.random.Generator, frames: int) -> list[Image]:
    """Draw a square that moves over one colour and bounces off the border."""
    back, front = rng.integers(0, 256, (2, 3))
    side = int(rng.integers(30, 90))
    limits = np.array([WIDTH - side, HEIGHT - side])
    start, speed = rng.integers(0, limits), rng.integers(2, 7, 2)
    pictures = []
    for time in range(frames):
        x, y = limits - np.abs((start + speed * time) % (2 * limits) - limits)
        picture = np.full((HEIGHT, WIDTH, 3), back, np.uint8)
        picture[y : y + side, x : x + side] = front
        pictures.append(picture)
    return pictures


def gradient(rng: np.random.Generator, frames: int) -> list[Image]:
    """Draw a ramp between two colours that drifts sideways."""
    ends = rng.integers(0, 256, (2, 1, 3))
    speed, period = int(rng.integers(1, 5)), 2 * WIDTH
    pictures = []
    for time in range(frames):
        phase = (np.arange(WIDTH) + speed * time) % period
        share = np.abs(phase - WIDTH)[:, None]
        row = (ends[0] * share + ends[1] * (WIDTH - share)) // WIDTH
        pictures.append(np.broadcast_to(row.astype(np.uint8), (HEIGHT, WIDTH, 3)).copy())
    return pictures


def noise(rng: np.random.Generator, frames: int) -> list[Image]:
    """Draw white noise, new in every frame: no codec can keep it."""
    return [rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8) for _ in range(frames)]


# --- natural scenes --------------------------------------------------------------------------


@dataclass(frozen=True)
class Layer:
    """A picture with transparency, and its place at each time.

    Attributes
    ----------
    picture : uint8 RGBA [shape=(h, w, 4)].
    poses : [shape=(T, 4)]: centre x and y in frame pixels, scale, angle in radians.
    """

    picture: Image
    poses: Floats


def natural(rng: np.random.Generator, frames: int) -> list[Image]:
    """Draw one recording: a shot, or two with a cut between them."""
    shots = [frames]
    if frames >= 24 and rng.random() < 0.15:
        first = int(rng.integers(frames // 4, 3 * frames // 4))
        shots = [first, frames - first]
    grain = _choose(rng, (0.0, 0.5, 1.2, 3.0), (0.45, 0.3, 0.17, 0.08))
    pictures = [picture for length in shots for picture in _shot(rng, length)]
    return [_with_grain(rng, picture, grain) for picture in pictures]


def _shot(rng: np.random.Generator, frames: int) -> list[Image]:
    energy = float(np.exp(rng.normal(0.9, 1.2)))
    detail = float(rng.uniform(0.0, 1.0))
    camera = _camera(rng, frames, energy)
    background = _background(rng, frames, detail)
    crowd = rng.random() < 0.2
    actors = int(rng.integers(8, 16) if crowd else rng.integers(1, 5))
    cast = [_actor(rng, frames, detail, energy, small=crowd) for _ in range(actors)]
    light = _light(rng, frames)
    tint = rng.uniform(0.82, 1.0, 3)
    table = np.arange(256)[:, None, None]
    pictures = []
    for time in range(frames):
        picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        for depth, layer in enumerate([background, *cast]):
            # Nearer layers answer more to the camera: parallax.
            picture = _composite(picture, layer, time, camera[time], 1 + 0.04 * depth)
        lit = np.clip(np.round(table * (light[time] * tint)), 0, 255).astype(np.uint8)
        pictures.append(np.asarray(cv2.LUT(picture, lit.reshape(1, 256, 3)), np.uint8))
    return pictures


def _camera(rng: np.random.Generator, frames: int, energy: float) -> Floats:
    """Draw pan x and y in pixels, zoom and roll of the camera [shape=(T, 4)]."""
    time = np.arange(frames)
    poses = np.tile([0.0, 0.0, 1.0, 0.0], (frames, 1))
    if rng.random() < 0.35:
        return poses
    speed = rng.normal(0.0, 0.7 * energy, 2) * rng.choice([0.0, 1.0], p=[0.4, 0.6])
    shake = np.cumsum(rng.normal(0.0, 0.35 * energy, (frames, 2)), axis=0)
    shake -= np.linspace(0, 1, frames)[:, None] * shake[-1]
    poses[:, :2] = speed * time[:, None] + shake * rng.choice([0.0, 1.0], p=[0.3, 0.7])
    poses[:, 2] = 1 + rng.normal(0.0, 0.0012 * energy) * time * rng.choice([0, 1], p=[0.6, 0.4])
    poses[:, 3] = rng.normal(0.0, 0.0012 * energy) * time * rng.choice([0, 1], p=[0.7, 0.3])
    poses[:, 2] = np.clip(poses[:, 2], 0.7, 1.5)
    return poses


def _light(rng: np.random.Generator, frames: int) -> Floats:
    """Draw the exposure over time [shape=(T, 1)]: most lamps are steady, some drift."""
    drift = rng.normal(0.0, 0.04) * rng.choice([0.0, 1.0], p=[0.6, 0.4])
    wave = np.sin(np.linspace(0, rng.uniform(1, 6), frames) + rng.uniform(0, 6))
    return np.asarray(rng.uniform(0.7, 1.0) + drift * wave)[:, None]


def _background(rng: np.random.Generator, frames: int, detail: float) -> Layer:
    picture = _texture(rng, 2 * WIDTH, 2 * HEIGHT, detail, contrast=float(rng.uniform(0.5, 1.4)))
    pose = [WIDTH / 2, HEIGHT / 2, 1.0, 0.0]
    return Layer(
        _rgba(picture, np.full(picture.shape[:2], 255, np.uint8)), np.tile(pose, (frames, 1))
    )


def _actor(
    rng: np.random.Generator, frames: int, detail: float, energy: float, *, small: bool
) -> Layer:
    """Draw a moving body: a few overlapping ellipses in one texture; a smooth one is a face."""
    size = int(rng.integers(24, 60) if small else rng.integers(50, 190))
    face = rng.random() < 0.3
    picture = _texture(rng, size, size, 0.05 if face else detail, contrast=0.5 if face else 0.9)
    outline = np.zeros((size, size), np.uint8)
    for _ in range(1 if face else int(rng.integers(2, 6))):
        centre = rng.integers(size // 3, 2 * size // 3 + 1, 2).tolist()
        axes = rng.integers(size // 10 + 1, size // 3 + 1, 2).tolist()
        cv2.ellipse(outline, centre, axes, float(rng.integers(0, 180)), 0, 360, 255, -1)
    poses = np.empty((frames, 4))
    poses[:, 0] = _journey(rng, frames, WIDTH, 0.9 * energy)
    poses[:, 1] = _journey(rng, frames, HEIGHT, 0.4 * energy)
    poses[:, 2] = 1 + _wave(rng, frames, 0.03 * energy)
    poses[:, 3] = _wave(rng, frames, 0.12 * energy)
    soft = np.asarray(cv2.GaussianBlur(outline, (3, 3), 0), np.uint8)
    return Layer(_rgba(picture, soft), poses)


def _journey(rng: np.random.Generator, frames: int, extent: int, speed: float) -> Floats:
    """Draw a start within the frame, a walk at constant speed, and a sway, in pixels."""
    walk = rng.normal(0.0, speed) * np.arange(frames)
    return rng.uniform(0.1, 0.9) * extent + walk + _wave(rng, frames, 5 * speed)


def _wave(rng: np.random.Generator, frames: int, amplitude: float) -> Floats:
    """Draw a sine of random size, period of 12 to 60 frames, and phase; half of all stand still."""
    if rng.random() < 0.5:
        return np.zeros(frames)
    angle = 2 * np.pi * (np.arange(frames) / rng.uniform(12, 60) + rng.random())
    return np.asarray(rng.normal(0.0, amplitude) * np.sin(angle))


def _texture(
    rng: np.random.Generator, width: int, height: int, detail: float, *, contrast: float
) -> Image:
    """Draw a dead leaves picture [uint8 RGB]; ``detail`` (0 to 1) makes more and smaller leaves."""
    base = rng.integers(30, 215) + rng.integers(-25, 26, 3)
    picture = np.full((height, width, 3), base, np.uint8)
    smallest = 1.2 + 6 * (1 - detail)
    largest = 0.35 * max(width, height)
    count = int((500 + 5000 * detail**2) * width * height / (4 * WIDTH * HEIGHT)) + 6
    # Leaf radii follow r^-3, which makes the picture look the same at every scale.
    saturation = 20 * contrast * np.exp(rng.normal(0.0, 0.5))
    share = rng.random(count)
    radii = (share * smallest**-2.0 + (1 - share) * largest**-2.0) ** -0.5
    greys = rng.normal(0.0, 95 * contrast, count)
    hues = rng.normal(0.0, saturation, (count, 3))
    colours = np.clip(np.round(base + greys[:, None] + hues), 0, 255).astype(int).tolist()
    for radius, colour in zip(radii, colours, strict=True):
        centre = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        axes = (max(1, int(radius)), max(1, int(radius * rng.uniform(0.3, 1.0))))
        cv2.ellipse(picture, centre, axes, float(rng.integers(0, 180)), 0, 360, colour, -1)
    return _weathered(rng, picture, 6 + 20 * detail)


def _weathered(rng: np.random.Generator, picture: Image, strength: float) -> Image:
    """Shade a picture with 1/f noise of the given standard deviation, and soften its pixels."""
    height, width = picture.shape[:2]
    spectrum = np.fft.rfft2(rng.standard_normal((height, width)))
    radius = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    shade = np.fft.irfft2(spectrum / np.maximum(radius, 1 / width) ** 1.5, (height, width))
    shade = np.round(shade * (strength / shade.std())).astype(np.int16)[..., None]
    shaded = np.clip(picture + shade, 0, 255).astype(np.uint8)
    width_of_lens = int(rng.choice([1, 3, 5], p=[0.5, 0.35, 0.15]))
    return np.asarray(cv2.GaussianBlur(shaded, (width_of_lens, width_of_lens), 0), np.uint8)


def _rgba(picture: Image, alpha: Image) -> Image:
    return np.dstack([picture, alpha])


def _composite(under: Image, layer: Layer, time: int, camera: Floats, nearness: float) -> Image:
    """Lay one layer over a picture, as the camera sees it."""
    x, y, scale, angle = layer.poses[time]
    pan_x, pan_y, zoom, roll = camera
    size = scale * zoom
    turn = angle + roll
    centre_x = (x - pan_x * nearness - WIDTH / 2) * zoom + WIDTH / 2
    centre_y = (y - pan_y * nearness - HEIGHT / 2) * zoom + HEIGHT / 2
    columns = np.arange(WIDTH) - centre_x
    rows = (np.arange(HEIGHT) - centre_y)[:, None]
    height, width = layer.picture.shape[:2]
    cos, sin = np.cos(turn) / size, np.sin(turn) / size
    map_x = (cos * columns + sin * rows + width / 2).astype(np.float32)
    map_y = (cos * rows - sin * columns + height / 2).astype(np.float32)
    # Fixed-point maps: the interpolation is then in integers.
    whole, fraction = cv2.convertMaps(map_x, map_y, cv2.CV_16SC2)
    opaque = bool(layer.picture[..., 3].min() == 255)
    border = cv2.BORDER_REFLECT if opaque else cv2.BORDER_CONSTANT
    seen = np.asarray(
        cv2.remap(layer.picture, whole, fraction, cv2.INTER_LINEAR, borderMode=border), np.uint8
    )
    if opaque:
        return np.ascontiguousarray(seen[..., :3])
    alpha = seen[..., 3:].astype(np.uint16)
    mixed = (seen[..., :3] * alpha + under * (255 - alpha) + 127) // 255
    return np.asarray(mixed, np.uint8)


def _with_grain(rng: np.random.Generator, picture: Image, strength: float) -> Image:
    """Add sensor noise of the given standard deviation, alike in R, G and B."""
    if strength == 0:
        return picture
    grain = np.round(rng.standard_normal((HEIGHT, WIDTH, 1)) * strength).astype(np.int16)
    return np.asarray(np.clip(picture + grain, 0, 255), np.uint8)


def _choose(
    rng: np.random.Generator, values: tuple[float, ...], shares: tuple[float, ...]
) -> float:
    return float(rng.choice(values, p=shares))


KINDS: dict[str, Callable[[np.random.Generator, int], list[Image]]] = {
    "natural": natural,
    "solid": solid,
    "square": square,
    "gradient": gradient,
    "noise": noise,
}
