from plates import plate_of


def test_the_plate_is_the_first_line() -> None:
    assert plate_of(b"B-XY 12\nrest") == "B-XY 12"
