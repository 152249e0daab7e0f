"""Something that a tap creates: in the ledger before it is, taken away through one place."""

from __future__ import annotations

from harness.cloud.account import Cloud
from harness.cloud.taking import take_away
from harness.ledger import Kind, Thing

__all__ = ["Creation"]


class Creation:
    """One thing that a tap creates.

    An interrupt may come when the cloud has done what it was asked for and before this process knows it. So whatever is
    noted is taken away, whether it is there or not.

    Args:
        cloud: Where it will be.
        kind: What it is.
        name: Its name; see `harness.ledger.Thing`.
        within: Where it is; see `harness.ledger.Thing`.

    Attributes:
        known: How its service calls it, from when the service has said so.
        ends: Whether it goes, or has gone, because this process takes it away.
    """

    def __init__(self, cloud: Cloud, kind: Kind, *, name: str, within: str = "") -> None:
        self.known = ""
        self.ends = False
        self._cloud = cloud
        self._kind: Kind = kind
        self._name = name
        self._within = within
        self._thing: Thing | None = None

    @property
    def may_be_there(self) -> bool:
        """Whether there may be something to take away."""
        return self._thing is not None

    def note(self) -> None:
        """Write down that it is about to be created.

        Raises:
            LedgerNotWritten: It could not be written down, so it must not be created.
        """
        self._thing = self._cloud.creating(self._kind, self._name, within=self._within)

    def take_away(self) -> None:
        """Take it away, if it may be there. Twice does no harm; what fails is in the ledger, and may be tried again."""
        if self._thing is None:
            return
        self.ends = True
        gone = False
        try:
            gone = take_away(self._thing, cloud=self._cloud, known=self.known)
        finally:
            self.ends = gone
        if gone:
            self._thing = None

    def goes_with_its_cloud(self) -> None:
        """Write down that it has gone, with the whole cloud in which it was."""
        if self._thing is not None:
            self._cloud.ledger.removed(self._thing)
