"""A sheet to draw on: simple shapes in soft colours, the same on every machine and at every run."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]

WIDTH, HEIGHT = 1600, 1000
# Shapes are drawn larger and the sheet is made smaller at the end, which is what smooths their edges.
OVERSIZE = 2


@dataclass(frozen=True, kw_only=True)
class Light:
    """The colours of one hour of the day."""

    top: Colour
    """The sky overhead."""
    low: Colour
    """The sky at the horizon."""
    far: Colour
    """Land in the distance."""
    near: Colour
    """Land at one's feet."""
    water: Colour
    glow: Colour
    """Whatever shines: sun, moon, lamps."""


LIGHTS = {
    "morning": Light(
        top=(158, 190, 204), low=(244, 226, 205), far=(122, 148, 146), near=(74, 92, 84), water=(172, 196, 198),
        glow=(255, 240, 214),
    ),
    "day": Light(
        top=(150, 188, 212), low=(230, 236, 232), far=(128, 158, 140), near=(92, 116, 92), water=(126, 170, 186),
        glow=(255, 250, 236),
    ),
    "gold": Light(
        top=(190, 204, 200), low=(246, 222, 170), far=(150, 152, 118), near=(146, 126, 72), water=(206, 206, 184),
        glow=(255, 238, 190),
    ),
    "evening": Light(
        top=(70, 88, 122), low=(240, 176, 130), far=(92, 88, 110), near=(44, 52, 66), water=(150, 126, 132),
        glow=(255, 214, 150),
    ),
    "grey": Light(
        top=(166, 176, 182), low=(222, 224, 218), far=(136, 152, 140), near=(86, 106, 80), water=(164, 178, 180),
        glow=(244, 240, 228),
    ),
    "night": Light(
        top=(16, 24, 44), low=(44, 56, 84), far=(26, 34, 52), near=(14, 18, 30), water=(30, 42, 66),
        glow=(255, 206, 120),
    ),
    "lamp": Light(
        top=(84, 66, 56), low=(150, 112, 82), far=(112, 84, 66), near=(58, 42, 36), water=(176, 140, 106),
        glow=(255, 196, 116),
    ),
}  # fmt: skip


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """From ``first`` (share 0) to ``second`` (share 1)."""
    return (
        round(first[0] + (second[0] - first[0]) * share),
        round(first[1] + (second[1] - first[1]) * share),
        round(first[2] + (second[2] - first[2]) * share),
    )


class Canvas:
    """A sheet of 1600 by 1000 units, with the sky already on it."""

    def __init__(self, light: Light, *, seed: str) -> None:
        self.light = light
        self.random = Random(seed)
        size = (WIDTH * OVERSIZE, HEIGHT * OVERSIZE)
        mask = Image.linear_gradient("L").resize(size)
        self._sheet = Image.composite(Image.new("RGB", size, light.low), Image.new("RGB", size, light.top), mask)
        self._draw = ImageDraw.Draw(self._sheet)

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        self._draw.polygon([(x * OVERSIZE, y * OVERSIZE) for x, y in points], fill=colour)

    def box(self, x: float, y: float, *, width: float, height: float, colour: Colour) -> None:
        self.polygon([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], colour)

    def oval(self, x: float, y: float, *, width: float, height: float, colour: Colour) -> None:
        """An ellipse around the centre ``x``, ``y``."""
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        self._draw.ellipse([value * OVERSIZE for value in box], fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, *, width: float) -> None:
        scaled = [(x * OVERSIZE, y * OVERSIZE) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * OVERSIZE), joint="curve")

    def arc(self, x: float, y: float, *, width: float, colour: Colour) -> None:
        """The upper half of a circle with its flat side at ``y``, ``width`` across."""
        box = (x - width / 2, y - width / 2, x + width / 2, y + width / 2)
        self._draw.pieslice([value * OVERSIZE for value in box], 180, 360, fill=colour)

    def sun(self, x: float, y: float, *, width: float) -> None:
        for ring in range(6, 0, -1):
            colour = blend(self.light.glow, self.light.low, ring / 7)
            self.oval(x, y, width=width * (1 + ring * 0.22), height=width * (1 + ring * 0.22), colour=colour)
        self.oval(x, y, width=width, height=width, colour=self.light.glow)

    def land(self, y: float, *, height: float, colour: Colour) -> None:
        """Everything below a rolling line at about ``y``."""
        waves = [(self.random.uniform(0.6, 3.4), self.random.uniform(0, 6.3)) for _ in range(4)]
        line = [(float(x), y - height * _roll(x / WIDTH, waves)) for x in range(0, WIDTH + 16, 16)]
        self.polygon([*line, (WIDTH, HEIGHT), (0, HEIGHT)], colour)

    def water(self, y: float, *, bottom: float = HEIGHT, ripples: int = 90) -> None:
        """A level sheet of water with light lying on it."""
        self.box(0, y, width=WIDTH, height=bottom - y, colour=self.light.water)
        for _ in range(ripples):
            depth = self.random.random() ** 1.6
            width = 30 + 170 * depth * self.random.random()
            place = (self.random.uniform(-60, WIDTH), y + (bottom - y) * depth)
            colour = blend(self.light.water, self.random.choice([self.light.low, self.light.top]), 0.55)
            self.oval(*place, width=width, height=1.5 + 4 * depth, colour=colour)

    def clouds(self, count: int, *, below: float) -> None:
        for _ in range(count):
            x, y = self.random.uniform(0, WIDTH), self.random.uniform(60, below)
            for _ in range(7):
                place = (x + self.random.uniform(-120, 120), y + self.random.uniform(-14, 14))
                width = self.random.uniform(90, 240)
                self.oval(*place, width=width, height=width * 0.26, colour=blend(self.light.low, self.light.glow, 0.5))

    def grass(self, y: float, *, count: int, height: float) -> None:
        """Blades, nearer ones taller and darker, from ``y`` to the lower edge."""
        for number in range(count):
            depth = number / count
            foot = (self.random.uniform(-20, WIDTH + 20), y + (HEIGHT + 30 - y) * depth)
            tall = height * (0.25 + depth) * self.random.uniform(0.6, 1.2)
            bend = self.random.uniform(-0.35, 0.5) * tall
            pale = blend(self.light.far, self.light.low, 0.3)
            colour = blend(pale, self.light.near, self.random.random() * depth)
            blade = [foot, (foot[0] + bend * 0.3, foot[1] - tall * 0.6), (foot[0] + bend, foot[1] - tall)]
            self.line(blade, colour, width=1.2 + 3 * depth)

    def jpeg(self) -> bytes:
        stream = io.BytesIO()
        self._sheet.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(stream, "JPEG", quality=86)
        return stream.getvalue()


def _roll(share: float, waves: Sequence[tuple[float, float]]) -> float:
    return sum(math.sin(share * speed * 4 + start) for speed, start in waves) / len(waves)
