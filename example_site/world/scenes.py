"""The pictures of Ebbstow, one short function each, drawn when the world is loaded."""

from __future__ import annotations

import math
from collections.abc import Callable

from .canvas import HEIGHT, LIGHTS, WIDTH, Canvas, Colour, blend

BLUES: tuple[Colour, ...] = ((44, 82, 122), (70, 118, 150), (98, 110, 168), (36, 100, 120), (120, 150, 176))
COATS: tuple[Colour, ...] = (
    (168, 74, 58), (54, 88, 104), (196, 150, 66), (88, 104, 72), (122, 84, 106), (60, 64, 84), (180, 118, 84),
    (96, 132, 128),
)  # fmt: skip


def paint(scene: str, *, light: str, seed: str) -> bytes:
    """A picture as JPEG; the same arguments give the same picture."""
    canvas = Canvas(LIGHTS[light], seed=seed)
    SCENES[scene](canvas)
    return canvas.jpeg()


def causeway(canvas: Canvas) -> None:
    light = canvas.light
    canvas.sun(1330, 280, width=90)
    canvas.land(452, height=16, colour=blend(light.far, light.low, 0.55))
    canvas.polygon([(620, 474), (760, 440), (960, 420), (1130, 428), (1340, 474)], light.far)
    canvas.box(1010, 392, width=30, height=44, colour=light.glow)
    canvas.water(470)
    canvas.polygon([(930, 472), (970, 472), (900, HEIGHT), (380, HEIGHT)], blend(light.near, light.water, 0.45))
    for number in range(30):
        y = 476 + 524 * (number / 30) ** 1.9
        left, right = 930 - (y - 472) * 1.04, 970 - (y - 472) * 0.13
        canvas.line([(left, y), (right, y)], blend(light.near, light.water, 0.25), width=1 + (y - 472) / 130)
    for number in range(12):
        _post(canvas, depth=(number / 11) ** 1.7)


def _post(canvas: Canvas, *, depth: float) -> None:
    x, foot, tall = 926 - 590 * depth, 474 + 500 * depth, 16 + 320 * depth
    canvas.box(x, foot - tall, width=4 + 30 * depth, height=tall, colour=canvas.light.near)
    canvas.box(x, foot - tall * 0.3, width=4 + 30 * depth, height=1 + 9 * depth, colour=(206, 168, 92))


def houses(canvas: Canvas) -> None:
    canvas.clouds(4, below=220)
    for number in range(7):
        x, tall = -30 + number * 240, canvas.random.uniform(430, 500)
        wall = blend((242, 236, 224), (214, 196, 172), canvas.random.random())
        canvas.polygon([(x - 8, 880 - tall), (x + 116, 760 - tall), (x + 240, 880 - tall)], (92, 96, 104))
        canvas.box(x, 880 - tall, width=232, height=tall, colour=wall)
        canvas.box(x + 84, 690, width=74, height=190, colour=BLUES[number % len(BLUES)])
        canvas.oval(x + 146, 792, width=9, height=9, colour=(226, 196, 120))
        for column in (34, 142):
            canvas.box(x + column, 900 - tall + 60, width=56, height=84, colour=(118, 142, 152))
            canvas.line([(x + column + 28, 900 - tall + 60), (x + column + 28, 900 - tall + 144)], wall, width=4)
    canvas.box(0, 880, width=WIDTH, height=120, colour=(196, 186, 166))


def boardwalk(canvas: Canvas) -> None:
    light = canvas.light
    canvas.sun(1180, 210, width=90)
    canvas.land(430, height=26, colour=light.far)
    canvas.water(470, bottom=600, ripples=50)
    canvas.land(540, height=16, colour=blend(light.far, light.near, 0.4))
    canvas.grass(540, count=1500, height=150)
    for number in range(26):
        near = (number / 26) ** 2.1
        y, width = 545 + 480 * near, 24 + 430 * near
        x = 860 + 130 * math.sin(near * 3.1) - 120 * near
        plank = blend((190, 170, 138), (222, 206, 174), near)
        canvas.box(x - width / 2, y, width=width, height=3 + 30 * near, colour=plank)
    canvas.grass(880, count=260, height=180)


def tower(canvas: Canvas) -> None:
    light = canvas.light
    canvas.sun(480, 520, width=120)
    canvas.land(640, height=40, colour=blend(light.far, light.low, 0.25))
    canvas.land(730, height=50, colour=light.far)
    canvas.polygon([(300, HEIGHT), (780, 690), (1120, 648), (1380, 700), (WIDTH, 820), (WIDTH, HEIGHT)], light.near)
    granite = blend(light.near, light.glow, 0.3)
    canvas.polygon([(1020, 668), (1050, 250), (1140, 250), (1170, 668)], granite)
    canvas.polygon([(1098, 668), (1098, 250), (1140, 250), (1170, 668)], blend(granite, light.near, 0.45))
    canvas.box(1032, 236, width=126, height=14, colour=light.near)
    canvas.box(1062, 186, width=66, height=50, colour=blend(granite, light.near, 0.3))
    canvas.arc(1095, 188, width=86, colour=(98, 148, 130))
    for number in range(4):
        canvas.box(1086, 300 + number * 90, width=14, height=28, colour=light.glow)
    canvas.land(930, height=24, colour=blend(light.near, (0, 0, 0), 0.25))


def hives(canvas: Canvas) -> None:
    light = canvas.light
    canvas.clouds(6, below=240)
    canvas.polygon([(0, 300), (760, 520), (760, HEIGHT), (0, HEIGHT)], light.near)
    canvas.polygon([(WIDTH, 260), (840, 520), (820, HEIGHT), (WIDTH, HEIGHT)], blend(light.near, light.far, 0.5))
    canvas.polygon([(770, 510), (830, 510), (1240, HEIGHT), (360, HEIGHT)], (206, 194, 164))
    for number in range(6):
        near = ((number + 1) / 6) ** 1.6
        x, y, width = 760 - 620 * near, 560 + 190 * near, 40 + 150 * near
        canvas.oval(x, y, width=width * 1.35, height=width * 1.35, colour=blend(light.near, (0, 0, 0), 0.35))
        canvas.arc(x, y, width=width, colour=(214, 176, 96))
        canvas.box(x - width / 2, y - 1, width=width, height=width * 0.42, colour=(196, 156, 80))
        canvas.oval(x, y + width * 0.24, width=width * 0.22, height=width * 0.16, colour=(70, 50, 34))


def clock(canvas: Canvas) -> None:
    canvas.box(0, 0, width=WIDTH, height=HEIGHT, colour=(70, 92, 100))
    for y in range(0, HEIGHT, 62):
        canvas.line([(0, y), (WIDTH, y)], (62, 82, 90), width=3)
    canvas.oval(800, 500, width=860, height=860, colour=(38, 50, 56))
    canvas.oval(800, 500, width=810, height=810, colour=(246, 242, 230))
    for number in range(50):
        turn = number / 50 * math.tau
        inner, outer = (330, 372) if number % 25 else (300, 376)
        ends = [(800 + math.sin(turn) * far, 500 - math.cos(turn) * far) for far in (inner, outer)]
        canvas.line(ends, (190, 150, 70), width=5)
    for start, colour in ((0, (72, 112, 132)), (25, (206, 190, 150))):
        arc = [(800 + math.sin((start + n) / 50 * math.tau) * 268, 500 - math.cos((start + n) / 50 * math.tau) * 268)
               for n in range(26)]  # fmt: skip
        canvas.line(arc, colour, width=10)
    canvas.line([(770, 580), (960, 250)], (34, 40, 46), width=16)
    canvas.oval(800, 528, width=52, height=52, colour=(34, 40, 46))


def stilts(canvas: Canvas) -> None:
    light = canvas.light
    canvas.land(560, height=30, colour=blend(light.far, light.low, 0.3))
    canvas.water(600, bottom=740, ripples=60)
    canvas.grass(640, count=600, height=120)
    for x in (520, 680, 860, 1020):
        canvas.box(x, 620, width=18, height=260, colour=(84, 66, 50))
    canvas.polygon([(440, 390), (560, 240), (1000, 240), (1120, 390)], (106, 92, 84))
    canvas.box(480, 390, width=600, height=240, colour=(148, 112, 78))
    for column in range(4):
        canvas.box(512 + column * 140, 430, width=112, height=140, colour=light.glow)
        canvas.line([(568 + column * 140, 430), (568 + column * 140, 570)], (148, 112, 78), width=6)
    canvas.grass(790, count=800, height=190)


def candles(canvas: Canvas) -> None:
    light = canvas.light
    canvas.land(430, height=24, colour=light.far)
    canvas.water(450, ripples=130)
    canvas.polygon([(0, 430), (560, 470), (560, 500), (0, 640)], light.near)
    canvas.polygon([(WIDTH, 430), (1080, 470), (1080, 496), (WIDTH, 600)], light.near)
    places = [(canvas.random.uniform(80, 1520), canvas.random.random() ** 1.3) for _ in range(64)]
    for x, depth in sorted(places, key=lambda place: place[1]):
        y, size = 510 + 450 * depth, 5 + 15 * depth
        for ring in range(4, 0, -1):
            glow = blend(light.water, light.glow, 0.36 - ring * 0.07)
            canvas.oval(x, y + size, width=size * ring * 1.7, height=size * ring * 1.1, colour=glow)
        canvas.oval(x, y + size * 1.4, width=size * 3, height=size * 0.8, colour=light.near)
        canvas.oval(x, y, width=size * 0.8, height=size * 1.6, colour=light.glow)


def stair(canvas: Canvas) -> None:
    light = canvas.light
    canvas.clouds(16, below=380)
    canvas.land(640, height=40, colour=light.far)
    canvas.polygon([(0, HEIGHT), (200, 760), (900, 330), (1240, 300), (WIDTH, 520), (WIDTH, HEIGHT)], light.near)
    canvas.polygon([(1076, 318), (1088, 150), (1132, 150), (1144, 318)], (176, 174, 168))
    canvas.arc(1110, 152, width=44, colour=(112, 148, 132))
    for number in range(34):
        near = 1 - number / 34
        x, y, width = 1060 - 620 * near**1.5, 330 + 620 * near**1.4, 26 + 260 * near
        step = blend((150, 160, 118), (196, 184, 150), near)
        canvas.box(x - width / 2, y, width=width, height=4 + 16 * near, colour=step)


def coats(canvas: Canvas) -> None:
    canvas.box(0, 0, width=WIDTH, height=HEIGHT, colour=(226, 214, 192))
    canvas.box(0, 210, width=WIDTH, height=44, colour=(122, 90, 64))
    canvas.box(0, 860, width=WIDTH, height=140, colour=(158, 126, 96))
    for number in range(9):
        x, tall = 110 + number * 172, canvas.random.uniform(440, 560)
        colour = COATS[number * 5 % len(COATS)]
        shade = blend(colour, (0, 0, 0), 0.22)
        canvas.oval(x, 232, width=22, height=22, colour=(74, 52, 38))
        shoulders, hem = [(x - 72, 300), (x - 26, 250), (x + 26, 250), (x + 72, 300)], 250 + tall
        canvas.polygon([*shoulders, (x + 88, hem), (x - 88, hem)], colour)
        canvas.line([(x - 60, 320), (x - 74, 250 + tall * 0.72)], shade, width=20)
        canvas.line([(x + 60, 320), (x + 74, 250 + tall * 0.72)], shade, width=20)
        canvas.line([(x, 262), (x, 248 + tall)], shade, width=4)
        for button in range(4):
            canvas.oval(x + 12, 340 + button * 70, width=11, height=11, colour=blend(colour, (255, 255, 255), 0.5))


def oven(canvas: Canvas) -> None:
    for row in range(12):
        for column in range(-1, 12):
            x = column * 150 + (75 if row % 2 else 0)
            brick = blend((150, 96, 72), (118, 72, 56), canvas.random.random())
            canvas.box(x + 3, row * 66 + 3, width=144, height=60, colour=brick)
    canvas.arc(800, 560, width=760, colour=(60, 38, 30))
    canvas.box(420, 559, width=760, height=180, colour=(60, 38, 30))
    for ring in range(8, 0, -1):
        canvas.oval(800, 600, width=76 * ring, height=46 * ring, colour=blend((255, 188, 96), (86, 44, 30), ring / 8))
    canvas.box(0, 735, width=WIDTH, height=265, colour=(128, 94, 66))
    canvas.box(330, 800, width=940, height=44, colour=(176, 134, 92))
    for x in (610, 1000):
        canvas.oval(x, 750, width=340, height=190, colour=(92, 58, 36))
        canvas.oval(x - 12, 730, width=300, height=140, colour=(132, 84, 48))
        for cut in (-70, 0, 70):
            canvas.line([(x + cut - 26, 770), (x + cut + 20, 690)], (206, 160, 104), width=11)


def seals(canvas: Canvas) -> None:
    light = canvas.light
    canvas.sun(360, 250, width=90)
    canvas.land(420, height=20, colour=blend(light.far, light.low, 0.5))
    canvas.water(440)
    bar = [(0, 660), (420, 600), (1160, 580), (WIDTH, 620), (WIDTH, 800), (900, 860), (0, 800)]
    canvas.polygon(bar, (232, 218, 186))
    for number in range(46):
        x, y = 60 + number * 33 + canvas.random.uniform(-14, 14), canvas.random.uniform(622, 780)
        colour = blend((66, 68, 72), (138, 130, 120), canvas.random.random())
        canvas.oval(x, y, width=74, height=24, colour=colour)
        canvas.oval(x + 36, y - 9, width=24, height=20, colour=colour)
        canvas.polygon([(x - 32, y), (x - 54, y - 12), (x - 48, y + 8)], colour)


def boat(canvas: Canvas) -> None:
    light = canvas.light
    canvas.sun(1180, 430, width=130)
    canvas.land(500, height=30, colour=light.far)
    canvas.water(530)
    canvas.line([(760, 240), (760, 640)], light.near, width=12)
    canvas.line([(760, 262), (1000, 610)], light.near, width=3)
    canvas.line([(760, 262), (500, 600)], light.near, width=3)
    canvas.polygon([(420, 590), (520, 620), (960, 620), (1120, 570), (1020, 730), (520, 730)], (62, 104, 86))
    canvas.line([(420, 590), (520, 620), (960, 620), (1120, 570)], (236, 226, 200), width=12)
    canvas.oval(770, 742, width=620, height=34, colour=blend(light.near, light.water, 0.4))
    for ring in range(5, 0, -1):
        canvas.oval(1090, 540, width=26 * ring, height=26 * ring, colour=blend(light.glow, light.far, ring / 6))
    canvas.oval(1090, 540, width=24, height=30, colour=(255, 240, 206))


def chairs(canvas: Canvas) -> None:
    canvas.box(0, 0, width=WIDTH, height=720, colour=(206, 196, 172))
    canvas.box(0, 720, width=WIDTH, height=280, colour=(150, 116, 84))
    for x in (150, 470, 970, 1290):
        canvas.box(x, 90, width=170, height=420, colour=(176, 200, 206))
        for bar in (0.33, 0.66):
            canvas.line([(x, 90 + 420 * bar), (x + 170, 90 + 420 * bar)], (244, 240, 228), width=8)
        canvas.line([(x + 85, 90), (x + 85, 510)], (244, 240, 228), width=8)
    canvas.box(786, 0, width=30, height=470, colour=(44, 44, 48))
    canvas.box(716, 460, width=170, height=270, colour=(52, 52, 56))
    canvas.box(750, 560, width=102, height=70, colour=(255, 172, 88))
    for number in range(9):
        turn = math.pi * (0.04 + 0.92 * number / 8)
        x, y = 800 - 640 * math.cos(turn), 700 + 200 * math.sin(turn)
        wood = COATS[number % len(COATS)]
        canvas.box(x - 40, y - 130, width=80, height=16, colour=wood)
        for leg in (-40, 30):
            canvas.box(x + leg, y - 130, width=10, height=170, colour=wood)
        canvas.box(x - 46, y - 34, width=92, height=16, colour=blend(wood, (255, 255, 255), 0.25))


SCENES: dict[str, Callable[[Canvas], None]] = {
    scene.__name__: scene
    for scene in (
        causeway, houses, boardwalk, tower, hives, clock, stilts, candles, stair, coats, oven, seals, boat, chairs,
    )
}  # fmt: skip
