"""A picture is uploaded."""

from harness import Stage
from steps.photos import given, then, when


def test_ends_in_a_row_and_a_count(stage: Stage) -> None:
    """A photo that is uploaded is known with what its camera has noted, and counted for the camera's maker."""
    with given.a_photo(stage) as photo:
        when.we_upload(stage, photo)

        then.it_is_known(stage, photo)
        then.it_is_counted_once(stage, photo)


def test_takes_a_picture_that_says_nothing(stage: Stage) -> None:
    """A picture that no camera has taken is known too."""
    with given.a_screenshot(stage) as picture:
        when.we_upload(stage, picture)

        then.it_is_known(stage, picture)


def test_counts_a_photo_once(stage: Stage) -> None:
    """A photo that is uploaded twice counts once."""
    with given.a_photo(stage) as photo:
        when.we_upload(stage, photo)
        then.it_is_known(stage, photo)
        when.we_upload(stage, photo)

        then.it_is_counted_once(stage, photo)


def test_counts_a_record_once(stage: Stage) -> None:
    """A record of the stream that is delivered twice counts once."""
    with given.a_photo(stage) as photo:
        when.its_row_is_told(stage, photo)
        when.its_row_is_told(stage, photo)

        then.it_is_counted_once(stage, photo)
