"""Pictures between the peer and the screen: over a real socket, from real threads."""

from __future__ import annotations

import socket
import threading

import pytest

from kiosk.video.frames import FrameReader, FrameWriter, Which

LIMIT_S = 10.0


class Screen:
    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.frames: list[tuple[Which, bytes, tuple[int, int]]] = []
        self.came = threading.Condition()
        self.free = threading.Event()
        self.free.set()
        self.reader = FrameReader(self.ours, self.take)

    def take(self, which: Which, data: bytes, size: tuple[int, int]) -> None:
        self.free.wait(LIMIT_S)
        with self.came:
            self.frames.append((which, data, size))
            self.came.notify_all()

    def until(self, count: int) -> None:
        with self.came:
            assert self.came.wait_for(lambda: len(self.frames) >= count, LIMIT_S)


@pytest.fixture
def screen():
    made = Screen()
    yield made
    made.free.set()
    made.reader.close()
    made.theirs.close()


def grey(level: int, width: int, height: int) -> bytes:
    return bytes([level]) * (3 * width * height)


def test_pictures_arrive_as_they_were_with_whose_they_are(screen):
    writer = FrameWriter(screen.theirs)
    writer.put(Which.AGENT, 640, 480, grey(7, 640, 480))
    screen.until(1)
    writer.put(Which.OWN, 240, 180, grey(9, 240, 180))
    screen.until(2)
    assert screen.frames == [
        (Which.AGENT, grey(7, 640, 480), (640, 480)),
        (Which.OWN, grey(9, 240, 180), (240, 180)),
    ]


def test_a_screen_that_is_slow_gets_the_newest_picture_and_holds_up_nobody(screen):
    writer = FrameWriter(screen.theirs)
    screen.free.clear()
    for level in range(1, 101):
        writer.put(Which.AGENT, 640, 480, grey(level, 640, 480))
    screen.free.set()
    writer.put(Which.OWN, 16, 16, grey(1, 16, 16))
    with screen.came:
        assert screen.came.wait_for(
            lambda: any(data[0] == 100 for which, data, _ in screen.frames if which is Which.AGENT), LIMIT_S
        )
    assert len(screen.frames) < 100


@pytest.mark.parametrize("size", [(640, 479), (0, 0), (5000, 1)])
def test_bytes_that_are_no_picture_are_refused_where_they_are_made(screen, size):
    with pytest.raises(ValueError, match="pixels of RGB"):
        FrameWriter(screen.theirs).put(Which.AGENT, *size, grey(1, 640, 480))


@pytest.mark.parametrize("junk", [b"\xff" * 6, b"\0\xff\xff\xff\xff\0", b"\0\0\0\0\1\0"])
def test_a_peer_that_sends_anything_else_is_not_listened_to(screen, junk):
    screen.theirs.sendall(junk * 100)
    screen.reader._thread.join(LIMIT_S)
    assert not screen.reader._thread.is_alive()
    assert not screen.frames
