import pytest
from hypothesis import given, strategies as st

from kiosk.button.frames import MAX_LINE, Frame, FrameReader, cause_of, encode

DOWN = encode("BTN", "DOWN", "1a2b3c4d", 7, 250)
DOWN_FRAME = Frame("BTN", ("DOWN", "1a2b3c4d", "7", "250"))


def test_checksum_is_the_one_of_nmea() -> None:
    # Computed by hand: H ^ O ^ S ^ T = 48 ^ 4F ^ 53 ^ 54 = 00; A ^ S ^ K = 41 ^ 53 ^ 4B = 59.
    assert encode("HOST") == b"$HOST*00\r\n"
    assert encode("ASK") == b"$ASK*59\r\n"


@pytest.mark.parametrize(
    "fields",
    [
        ("HELLO", 1, "1a2b3c4d", "1.0"),
        ("HELLO", 2, "1a2b3c4d", "2.0", "what", "later", "versions", "add"),
        ("HB", "1a2b3c4d", 4294967295, 1, 16, "ANSWERED"),
        ("WIRE", "1a2b3c4d", "OK"),
        ("WIRE", "1a2b3c4d", "CUT+NC-OPEN+NO-OPEN+SWAPPED+WELDED"),
        ("BTN", "DOWN", "00000000", 0, 0),
        ("BTN", "UP", "ffffffff", 9999999999, 9999999999),
        ("ACK", "1a2b3c4d", 7),
        ("LAMP", "TEST"),
        ("BUZ", "ALARM"),
    ],
)
def test_what_is_encoded_is_read(fields: tuple[str | int, ...]) -> None:
    assert FrameReader().feed(encode(*fields)) == [Frame(str(fields[0]), tuple(map(str, fields[1:])))]


@pytest.mark.parametrize(
    "body",
    [
        "NOPE",
        "ACK,1a2b3c4d",
        "ACK,1a2b3c4d,7,8",
        "ACK,1A2B3C4D,7",
        "ACK,1a2b3c4d,07",  # 7 and 07 would be two causes of one press
        "ACK,1a2b3c4d,-7",
        "LAMP,PURPLE",
        "BTN,LEFT,1a2b3c4d,7,250",
        "HB,1a2b3c4d,1,2,0,READY",
        "HOST,",
        "",
    ],
)
def test_a_good_checksum_does_not_make_a_good_frame(body: str) -> None:
    value = 0
    for byte in body.encode():
        value ^= byte
    reader = FrameReader()
    assert reader.feed(f"${body}*{value:02X}\r\n".encode()) == []
    assert reader.counters["bad_frame"] == 1
    with pytest.raises(ValueError, match="not a frame"):
        encode(*body.split(","))


def test_every_single_damaged_byte_is_noticed() -> None:
    for place in range(len(DOWN) - 2):
        for value in range(256):
            if value == DOWN[place]:
                continue
            reader = FrameReader()
            assert reader.feed(DOWN[:place] + bytes([value]) + DOWN[place + 1 :]) == []


def test_a_wrong_checksum_is_counted_as_one() -> None:
    reader = FrameReader()
    assert reader.feed(DOWN.replace(b",7,", b",8,")) == []
    assert reader.counters["bad_checksum"] == 1
    assert reader.counters["bad_frame"] == 0


def test_a_cut_off_line_costs_only_itself() -> None:
    reader = FrameReader()
    assert reader.feed(DOWN[:9] + DOWN + DOWN[:12] + b"\r\n" + DOWN) == [DOWN_FRAME, DOWN_FRAME]
    assert reader.counters["bad_frame"] == 2


def test_an_endless_line_is_dropped_and_counted_once() -> None:
    reader = FrameReader()
    assert reader.feed(b"$" + b"A" * 100_000 + b"\r\n" + DOWN) == [DOWN_FRAME]
    assert reader.counters["overlong"] == 1
    assert reader.counters["noise"] > 99_000


def test_the_longest_line_fits() -> None:
    filler = "x" * (MAX_LINE - len(encode("HELLO", 2, "1a2b3c4d", "1.0", "")))
    longest = encode("HELLO", 2, "1a2b3c4d", "1.0", filler)
    assert len(longest) == MAX_LINE
    assert len(FrameReader().feed(longest)) == 1
    with pytest.raises(ValueError, match="not a frame"):
        encode("HELLO", 2, "1a2b3c4d", "1.0", filler + "x")


def test_the_cause_names_the_boot_and_the_press() -> None:
    assert cause_of("1a2b3c4d", 7) == "btn-1a2b3c4d-7"


@given(st.lists(st.binary(max_size=300) | st.just(DOWN) | st.just(b"$"), max_size=20))
def test_no_bytes_ever_raise_or_pile_up(chunks: list[bytes]) -> None:
    reader = FrameReader()
    for chunk in chunks:
        reader.feed(chunk)
        assert reader._line is None or len(reader._line) <= MAX_LINE
    reader.feed(b"\r\n")
    assert reader.feed(DOWN) == [DOWN_FRAME]  # whatever came before, the next good line is read


@given(st.binary(max_size=200), st.integers(1, 7))
def test_how_the_bytes_are_cut_up_does_not_matter(noise: bytes, size: int) -> None:
    stream = noise + b"\r\n" + DOWN + noise + DOWN
    whole, pieces = FrameReader(), FrameReader()
    frames = [f for i in range(0, len(stream), size) for f in pieces.feed(stream[i : i + size])]
    assert whole.feed(stream) == frames
    assert whole.counters == pieces.counters
    assert frames.count(DOWN_FRAME) == 2 or b"$" in noise or b"*" in noise


@given(st.binary(max_size=200))
def test_every_byte_of_noise_is_counted(noise: bytes) -> None:
    reader = FrameReader()
    reader.feed(noise.replace(b"$", b""))
    assert reader.counters["noise"] == len([b for b in noise if b not in b"$\r\n"])
