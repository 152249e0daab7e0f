"""What a person sees while a stage is deployed."""

from harness.telling import Told


def test_steps_overwrite_each_other_on_a_terminal() -> None:
    """Forty resources do not fill the screen."""
    written: list[str] = []
    tell = Told(written.append, terminal=True)

    for line in ("creating bigmouth", "1 of 2 CREATE_COMPLETE A", "2 of 2 CREATE_COMPLETE B", "done"):
        tell(line)

    blank = "\r" + " " * 24 + "\r"
    assert written == [
        "creating bigmouth\n",
        "1 of 2 CREATE_COMPLETE A",
        f"{blank}2 of 2 CREATE_COMPLETE B",
        f"{blank}done\n",
    ]


def test_steps_are_left_out_of_a_log() -> None:
    """A CI log holds what matters."""
    written: list[str] = []
    tell = Told(written.append, terminal=False)

    for line in ("creating bigmouth", "1 of 2 CREATE_COMPLETE A", "done"):
        tell(line)

    assert written == ["creating bigmouth\n", "done\n"]
