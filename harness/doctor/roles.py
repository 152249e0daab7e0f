"""Whether the roles of the functions admit the tester, so that handler mode runs under them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.names import Names
from harness.doctor.checked import Checked, Finding
from harness.errors import NotAllowed

__all__ = ["check"]

_NAME = "roles"
_AT_ONCE = 6
# The shortest that STS gives.
_SECONDS = 900


def check(*, cloud: Cloud, names: Names) -> Checked:
    """Say which roles do not admit the tester, by the functions that have them."""
    functions = {name: one.role for name, one in names.functions.items()}
    client = cloud.client("sts")

    def admits(role: str) -> bool:
        try:
            with translated(cloud):
                client.assume_role(RoleArn=role, RoleSessionName="harness-doctor", DurationSeconds=_SECONDS)
        except NotAllowed:
            return False
        return True

    roles = sorted(set(functions.values()))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        admitted = dict(zip(roles, pool.map(admits, roles), strict=True))
    closed = sorted(name for name, role in functions.items() if not admitted[role])
    if not closed:
        return Checked(name=_NAME, well=f"all {len(roles)} admit you")
    finding = Finding(
        sentence=f"The roles of {len(closed)} of {len(functions)} functions do not admit you.",
        facts=(
            ("functions", ", ".join(closed)),
            ("needed", "for handler mode to run them under their own permissions; they run under yours instead"),
        ),
        remedy="allow yourself sts:AssumeRole, and let the trust policies of the roles name you (not in production)",
        is_wrong=False,
    )
    return Checked(name=_NAME, well="", findings=(finding,))
