"""What is done once a day."""

from harness import Stage
from steps.photos import given, then, when


def test_deletes_old_metadata(stage: Stage) -> None:
    """The metadata of an old photo is deleted when the day is over; that of a young one is kept."""
    with given.metadata_of(stage, days_ago=91) as old, given.metadata_of(stage, days_ago=89) as young:
        when.a_day_is_over(stage)

        then.the_metadata_is_gone(stage, old)
        then.the_metadata_is_kept(stage, young)
