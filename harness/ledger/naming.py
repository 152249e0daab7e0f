"""How things are called that the harness creates: by these names they are made, and by these names they are found.

Makers and sweepers use this module, so a name that is given is a name that is looked for.
"""

from __future__ import annotations

import re
import secrets

__all__ = [
    "CLIENT",
    "CREATED",
    "RUN",
    "STAGE",
    "TAP",
    "TARGET",
    "TIME_TO_LIVE",
    "TTL",
    "USER",
    "client_name",
    "is_run",
    "new_run",
    "run_of_client",
    "run_of_email",
    "run_of_tap",
    "tap_name",
    "user_address",
]

# The tags of all that can carry tags.
RUN, STAGE, CREATED, TTL = "harness:run", "harness:stage", "harness:created", "harness:ttl"

# For how many seconds a run may go on, for whoever finds its things and knows nothing of it: a run on another machine.
TIME_TO_LIVE = 24 * 3600

# "harness-" alone may begin the name of a system, and so of its stacks and all that is in them.
TAP = "harness-tap-"
USER = "harness-"
# The one target of a rule of a tap.
TARGET = "harness"
CLIENT = "harness-five-minutes-"

_RUN = "[0-9a-f]{8}"
_RUN_ID = re.compile(_RUN)
_TAP_NAME = re.compile(rf"{TAP}({_RUN})-[0-9a-f]{{4,8}}-")
_EMAIL = re.compile(rf"{USER}({_RUN})-.+-[0-9a-f]{{8}}@example\.com")
_CLIENT_NAME = re.compile(rf"{CLIENT}({_RUN})-[0-9a-f]{{8}}")


def new_run() -> str:
    """Give the id of a new run: eight hexadecimal digits."""
    return secrets.token_hex(4)


def is_run(text: str) -> bool:
    """Say whether a text is the id of a run.

    >>> is_run("0f3a9c21"), is_run("water")
    (True, False)
    """
    return _RUN_ID.fullmatch(text) is not None


def tap_name(run: str, *sources: str, longest: int) -> str:
    """Give the name of a queue, rule or notification of a tap, of the characters that they may have.

    >>> tap_name("0f3a9c21-77aa-1", "EventBus", longest=64)
    'harness-tap-0f3a9c21-77aa-1-EventBus'

    Args:
        run: The id of the run, of its stage and of what is heard, with hyphens.
        sources: What is heard.
        longest: How long it may be.
    """
    return re.sub(r"[^A-Za-z0-9_-]", "-", f"{TAP}{run}-{'-'.join(sources)}")[:longest]


def run_of_tap(name: str) -> str | None:
    """Give the run that has made a queue, rule or notification; None when its name is not one of ours.

    >>> run_of_tap("harness-tap-0f3a9c21-77aa-1-EventBus")
    '0f3a9c21'
    >>> run_of_tap("harness-tap-water")
    """
    found = _TAP_NAME.match(name)
    return found[1] if found else None


def user_address(run: str, *names: str) -> str:
    """Give an e-mail address that nobody has; example.com is reserved (RFC 2606), so no person gets mail from a test.

    >>> user_address("0f3a9c21", "Mary Ann", "O'Neil")[:31]
    'harness-0f3a9c21-mary-ann-oneil'
    """
    person = re.sub(r"[^a-z0-9-]", "", "-".join(names).lower().replace(" ", "-")) or "somebody"
    return f"{USER}{run}-{person}-{secrets.token_hex(4)}@example.com"


def run_of_email(address: str) -> str | None:
    """Give the run that has made a user, by the address; None when it is not one of ours.

    >>> run_of_email("harness-0f3a9c21-mary-neil-00c0ffee@example.com")
    '0f3a9c21'
    >>> run_of_email("harness-maker@example.com")
    """
    found = _EMAIL.fullmatch(address)
    return found[1] if found else None


def client_name(run: str) -> str:
    """Give a name for an app client that lives for a moment.

    >>> run_of_client(client_name("0f3a9c21"))
    '0f3a9c21'
    """
    return f"{CLIENT}{run}-{secrets.token_hex(4)}"


def run_of_client(name: str) -> str | None:
    """Give the run that has made an app client; None when its name is not one of ours."""
    found = _CLIENT_NAME.fullmatch(name)
    return found[1] if found else None
