"""The workflow that a photo goes through."""

from collections.abc import Iterator

import pytest

from harness import Stage
from steps.photos import given, then, when
from steps.photos.given import Photo


@pytest.fixture
def photo(stage: Stage) -> Iterator[Photo]:
    """A photo that was uploaded, and is known."""
    with given.a_photo(stage) as photo:
        when.we_upload(stage, photo)
        then.it_is_known(stage, photo)
        yield photo


def test_visits_its_states_in_order(stage: Stage, photo: Photo) -> None:
    """A photo goes through the workflow, and lies where the processed ones are."""
    execution = when.it_is_processed(stage, photo)

    then.it_goes_all_the_way(execution)
    then.it_is_classified_as(execution, "cat")
    then.the_photo_has_moved(stage, photo)


def test_makes_nobody_wait(stage: Stage, photo: Photo) -> None:
    """The workflow waits, and the suite does not."""
    execution = when.it_is_processed(stage, photo)

    then.nobody_has_waited(execution)


def test_refuses_a_drawing(stage: Stage) -> None:
    """What is neither JPEG nor PNG is refused, and nothing else is done about it."""
    execution = when.the_drawing_is_processed(stage, given.a_drawing())

    then.it_fails_with(execution, "UnsupportedPhotoType")
    then.it_never_gets_further_than(execution, "CheckFileType", "RefusePhoto")


def test_asks_the_classifier_again(stage: Stage, photo: Photo) -> None:
    """A classifier that fails twice is asked a third time."""
    execution = when.it_is_processed(stage, photo, classifier=given.a_classifier_that_fails(2, then="dog"))

    then.the_classifier_was_asked(execution, times=3)
    then.it_is_classified_as(execution, "dog")


def test_goes_on_without_the_classifier(stage: Stage) -> None:
    """A picture is processed also when the classifier still fails after it was asked twice more."""
    with given.a_screenshot(stage) as picture:
        when.we_upload(stage, picture)
        then.it_is_known(stage, picture)

        execution = when.it_is_processed(stage, picture)

        then.the_classifier_was_asked(execution, times=3)
        then.it_is_classified_as(execution, "unclassified")
        then.the_photo_has_moved(stage, picture)
