"""What keeps tests from writing in a protected stage."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.errors import StageProtected
from harness.modes.exchange import Request
from harness.modes.gateway.routing import Routing
from harness.settings import Choice
from harness.system.model import System

__all__ = ["Protection", "is_mutation"]

# RFC 9110, 9.2.1: the client does not ask for a change with these.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_ELSEWHERE = "let it be tested in another stage; in this one tests only read"

# What stands in a text or a comment is no word of the query. https://spec.graphql.org/October2021/#sec-Appendix-Grammar-Summary
_WORDS = re.compile(r'"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n\r])*"|#[^\n\r]*|[{}()\[\]]|[_A-Za-z]\w*', re.DOTALL)


class Protection:
    """The protection of a stage: verbs that write are refused.

    Args:
        stage: The stage, and what named it.
        because: What says that it is protected.
    """

    def __init__(self, stage: Choice, *, because: Choice) -> None:
        self._stage = stage
        self._because = because
        # Routes, as the template writes them, of which the running test says that they only read.
        self.also: frozenset[str] = frozenset()

    def refuse(self, verb: str, what: str = "", *, remedy: str = _ELSEWHERE) -> None:
        """Refuse a verb that writes.

        Args:
            verb: The name of the verb.
            what: At which door, in a few words.
            remedy: What to do instead.

        Raises:
            StageProtected: Always.
        """
        __tracebackhide__ = True
        raise StageProtected(
            f"`stage.{verb}` may write, and the stage {self._stage.value!r} is protected.",
            facts=[("asked", f"{verb} {what}".rstrip()), ("stage", self._stage), ("protected", self._because)],
            remedy=remedy,
        )

    def admit(self, request: Request, *, system: System, verb: str = "request") -> None:
        """Let a request pass whose method changes nothing, or whose route only reads as the test says.

        Args:
            request: What is about to be sent.
            system: Whose routes the template writes.
            verb: The name of the verb that sends it.

        Raises:
            StageProtected: It may write.
        """
        __tracebackhide__ = True
        if request.method in _SAFE:
            return
        api = system.apis[request.api]
        found = Routing(api).match(request.method, request.path)
        path = found.route.path if found else request.path
        if {f"{request.method} {path}", f"ANY {path}"} & self.also:
            return
        mark = f'if that route only reads, say so: @pytest.mark.read_only(also=["{request.method} {path}"])'
        self.refuse(verb, f"{request.method} {request.path}", remedy=f"{mark}\notherwise {_ELSEWHERE}")


def is_mutation(query: str) -> bool:
    """Say whether a document of GraphQL has anything but queries in it, whichever of its operations is meant.

    >>> is_mutation("query { orders { id } }"), is_mutation('mutation { place(text: "query") }')
    (False, True)
    """
    return any(word in ("mutation", "subscription") for word in _beginnings(query))


def _beginnings(query: str) -> Iterable[str]:
    """Give the first word of each definition: what stands outside of all brackets, behind a whole definition."""
    depth, is_new = 0, True
    for word in _WORDS.findall(query):
        if word in "{([":
            depth, is_new = depth + 1, False
        elif word in "})]":
            depth -= 1
            is_new = is_new or (word == "}" and depth == 0)
        elif depth == 0 and is_new and (word[0].isalpha() or word[0] == "_"):
            yield word
            is_new = False
