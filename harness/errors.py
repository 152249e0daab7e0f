"""Everything that the harness raises.

The bases say who must act; the names say what happened::

    HarnessError
    ├── UsageError                 the project: its settings, its template, its tests
    │   ├── UnknownMode            a mode that does not exist
    │   ├── UnknownSystem          a system that the project does not declare
    │   ├── UnknownResource        a logical id that the template does not declare
    │   ├── NoTemplate             no template where one was expected
    │   ├── MalformedTemplate      a template that cannot be read
    │   ├── MalformedSettings      settings that cannot be read
    │   ├── MalformedReport        a file that is no report of a run
    │   ├── HandlerNotFound        a handler that cannot be imported or is not there
    │   ├── NotOffered             something that a mode cannot do truthfully
    │   ├── NotLetOut              a function of the embedded stage that asks for AWS itself
    │   ├── StageProtected         something that writes was asked of a protected stage
    │   └── MisusedStep            a call that makes no sense, such as an unreadable body
    ├── StageError                 the environment: the cloud, the account, the stage
    │   ├── NoCredentials          no credentials, or credentials that have expired
    │   ├── NotAllowed             the credentials do not allow a call
    │   ├── UnreachableEndpoint    nothing answers where the cloud should be
    │   ├── AnswerLost             a connection broke, so nobody knows whether something was done
    │   ├── CloudNotStarted        the embedded cloud did not become ready
    │   ├── NotDeployed            no such stage in this account and region
    │   ├── DeploymentFailed       CloudFormation refused or rolled back
    │   ├── PackagingFailed        a function's package could not be built
    │   ├── RoleNotAssumed         a function's role could not be assumed
    │   ├── TapNotOpen             a bus, topic, queue or stream could not be tapped
    │   ├── NotPublished           the cloud did not take what a test wanted to publish
    │   ├── LedgerNotWritten       the ledger could not be written, so nothing was created
    │   ├── FileNotWritten         a file of the harness's own could not be written
    │   ├── ForeignPlace           an account or region that the project does not allow
    │   ├── ForeignThing           something of that name belongs to somebody else
    │   └── NotRemoved             something that was brought could not be taken away
    └── SystemFailure              the system under test (an AssertionError)
        ├── NotJson                an answer that was to be JSON is not
        ├── NeverHappened          what was expected in the journal did not come
        ├── HappenedAnyway         what must not come, or not so often, came
        ├── NotHandedOn            a rule makes nothing of an event that its target could take
        ├── FunctionFailed         a function that an event started ended in an error
        ├── ResultLost             a function's role may not tell how an asynchronous invocation ended
        ├── EndlessChain           functions go on starting each other
        └── TimedOut               a function passed its deadline
"""

from __future__ import annotations

from collections.abc import Iterable

from harness._text import did_you_mean, listed

__all__ = [
    "AnswerLost",
    "CloudNotStarted",
    "DeploymentFailed",
    "EndlessChain",
    "FileNotWritten",
    "ForeignPlace",
    "ForeignThing",
    "FunctionFailed",
    "HandlerNotFound",
    "HappenedAnyway",
    "HarnessError",
    "LedgerNotWritten",
    "MalformedReport",
    "MalformedSettings",
    "MalformedTemplate",
    "MisusedStep",
    "NeverHappened",
    "NoCredentials",
    "NoTemplate",
    "NotAllowed",
    "NotDeployed",
    "NotHandedOn",
    "NotJson",
    "NotLetOut",
    "NotOffered",
    "NotPublished",
    "NotRemoved",
    "PackagingFailed",
    "ResultLost",
    "RoleNotAssumed",
    "StageError",
    "StageProtected",
    "SystemFailure",
    "TapNotOpen",
    "TimedOut",
    "UnknownMode",
    "UnknownResource",
    "UnknownSystem",
    "UnreachableEndpoint",
    "UsageError",
]


class HarnessError(Exception):
    """What happened in a sentence, then facts, then the remedy.

    Args:
        sentence: One sentence that names the offending value in ``!r`` and ends in a period.
        facts: Pairs of label and value, one line each: where it is declared, what was there instead.
        remedy: What to do about it, as a sentence or a question; empty when nobody can know.
    """

    # How pytest and the command line end that cannot go on: pytest's own code of a usage error.
    exit_code = 4

    def __init__(self, sentence: str, *, facts: Iterable[tuple[str, object]] = (), remedy: str = "") -> None:
        self.sentence = sentence
        self.facts = tuple(facts)
        self.remedy = remedy
        super().__init__(sentence)

    def __str__(self) -> str:
        """Give the whole message: a sentence, a line for each fact, the remedy."""
        lines = [self.sentence]
        lines += [f"  {label}: {value}" for label, value in self.facts]
        lines += [f"  {line}" for line in self.remedy.splitlines()]
        return "\n".join(lines)


class UsageError(HarnessError):
    """The project must act: a setting, a template or a test is wrong."""


class UnknownMode(UsageError):
    """A mode that does not exist was asked for."""


class UnknownSystem(UsageError):
    """A system that the project does not declare was asked for."""


class UnknownResource(UsageError):
    """A logical id was used that the template does not declare.

    Args:
        kind: What was looked for, as in "function" or "bus".
        name: The name that was used.
        known: The names of that kind that exist.
        declared_in: The template, as the user knows it.
    """

    def __init__(self, kind: str, name: str, *, known: Iterable[str], declared_in: object) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        super().__init__(
            f"No {kind} is called {name!r}.",
            facts=[(f"declared in {declared_in}", listed(self.known))],
            remedy=did_you_mean(name, self.known),
        )


class NoTemplate(UsageError):
    """There is no template where one was expected."""


class MalformedTemplate(UsageError):
    """The template is there but cannot be read."""


class MalformedSettings(UsageError):
    """The settings are there but cannot be read."""


class MalformedReport(UsageError):
    """A file is no report of a run, or one that this version of the harness does not know."""


class HandlerNotFound(UsageError):
    """The handler that the template names cannot be imported or does not exist."""


class NotOffered(UsageError):
    """A mode cannot do something truthfully, so it does not do it; the test belongs to the other modes."""


class NotLetOut(UsageError):
    """A function of a stage in the embedded cloud asks for AWS itself, which it never reaches."""


class StageProtected(UsageError):
    """Something that writes was asked of a protected stage, in which tests only read."""


class MisusedStep(UsageError):
    """A call makes no sense as it was written."""


class StageError(HarnessError):
    """The environment must be put right: the cloud, the account or the stage."""

    # pytest's own codes end at 5; a CI job must tell a broken environment from a failed test.
    exit_code = 6


class NoCredentials(StageError):
    """There are no credentials for the cloud, or they have expired."""


class NotAllowed(StageError):
    """The credentials are good but do not allow a call."""


class UnreachableEndpoint(StageError):
    """Nothing answers where the cloud should be."""


class AnswerLost(StageError):
    """A connection broke after something was asked, so nobody knows whether it was done."""


class CloudNotStarted(StageError):
    """The embedded cloud did not become ready."""


class NotDeployed(StageError):
    """There is no such stage in this account and region."""


class DeploymentFailed(StageError):
    """CloudFormation refused the stack or rolled it back."""


class PackagingFailed(StageError):
    """The package of a function could not be built."""


class RoleNotAssumed(StageError):
    """The role of a function could not be assumed."""


class TapNotOpen(StageError):
    """A bus, a topic, a queue or a stream could not be tapped."""


class NotPublished(StageError):
    """The cloud did not take what a test wanted to publish."""


class LedgerNotWritten(StageError):
    """The ledger could not be written, so nothing was created."""


class FileNotWritten(StageError):
    """A file of the harness's own could not be written: the disk is full, or its folder is not to be written to."""


class ForeignPlace(StageError):
    """The account or the region is none of those that the project allows, or the account is not that of the run."""


class ForeignThing(StageError):
    """Something of a name that the template gives is there already and belongs to somebody else."""


class NotRemoved(StageError):
    """Something that the harness brought could not be taken away."""


class SystemFailure(HarnessError, AssertionError):
    """The system under test did not do what it should."""


class NotJson(SystemFailure):
    """An answer that was to be JSON is not."""


class TimedOut(SystemFailure):
    """A function passed its deadline."""


class NeverHappened(SystemFailure):
    """What was expected in the journal did not come."""


class HappenedAnyway(SystemFailure):
    """What must not come, or not so often, came."""


class NotHandedOn(SystemFailure):
    """A rule makes nothing of an event that its target could take, so EventBridge hands nothing on."""


class FunctionFailed(SystemFailure):
    """A function that an event started ended in an error; in `handler` mode its exception is the cause."""


class ResultLost(SystemFailure):
    """How an asynchronous invocation ended could not be told to its destination, so Lambda drops it."""


class EndlessChain(SystemFailure):
    """Functions go on starting each other."""
