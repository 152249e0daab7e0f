"""What is secret is left out of texts: by its value, however it is written and cut, and by its name."""

from __future__ import annotations

import base64
import io
import json
import logging
import statistics
import threading
import time
from urllib.parse import quote, urlencode

import pytest

from harness._secrets import keep_secret, without_secrets
from harness._text import redacted, shortened
from harness.hiding import LiveLogs
from harness.stage.requests import headers_of

PASSPHRASE = 'copper "lantern" & 27 marbles\\'
# Long, and without any form that a pattern would know.
TOKEN = "".join(f"{number * 7919:x}-" for number in range(100, 200))


@pytest.fixture(autouse=True)
def _known() -> None:
    keep_secret(PASSPHRASE, TOKEN)


@pytest.mark.parametrize(
    "written",
    [
        PASSPHRASE,
        json.dumps(PASSPHRASE),
        json.dumps(json.dumps({"pin": PASSPHRASE})),
        repr(PASSPHRASE),
        quote(PASSPHRASE),
        urlencode({"pin": PASSPHRASE}),
    ],
)
def test_a_value_is_left_out_however_it_is_written(written: str) -> None:
    """Plain, as JSON, as JSON in JSON, as Python and as URLs write it."""
    shown = without_secrets(f"before {written} after")

    assert "***" in shown
    assert "lantern" not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


@pytest.mark.parametrize("before", ["", "a", "ab"])
def test_a_value_in_base64_is_left_out(before: str) -> None:
    """Wherever its first letter falls among the groups of three."""
    encoded = base64.b64encode(f"{before}{PASSPHRASE}---".encode()).decode()

    shown = without_secrets(encoded)

    assert "***" in shown
    assert b"lantern" not in base64.b64decode(f"{shown.replace('***', '')}====")


@pytest.mark.parametrize("part", [TOKEN[:40], TOKEN[-40:], TOKEN[150:200], f"{TOKEN[:118]}...{TOKEN[-119:]}"])
def test_a_part_is_left_out(part: str) -> None:
    """A text was cut before it came here, at its end or in its middle."""
    shown = without_secrets(f"token: {part} (cut)")

    assert shown in ("token: *** (cut)", "token: ***...*** (cut)")


def test_a_broken_value_is_left_out() -> None:
    """Lines of 76 characters, as base64 and mails have them."""
    lines = "\n".join(TOKEN[at : at + 76] for at in range(0, len(TOKEN), 76))

    assert set(without_secrets(lines).splitlines()) == {"***"}


def test_little_of_a_value_stays() -> None:
    """Words that a secret shares with other texts are no secret."""
    assert without_secrets('a copper "kettle", lantern') == 'a copper "kettle", lantern'


def test_a_short_value_is_left_out() -> None:
    """Six characters are enough to be known."""
    keep_secret("q7#Zp!")

    assert without_secrets("pin q7#Zp!.") == "pin ***."


def test_what_is_too_short_is_no_secret() -> None:
    """It would stand in many a word."""
    keep_secret("lamp", "", None)

    assert without_secrets("a lamp") == "a lamp"


def test_what_is_in_use_is_not_forgotten() -> None:
    """Of very many secrets those are kept that were named last."""
    keep_secret("an-early-secret-of-long-ago", "an-early-secret-in-use")
    for number in range(999):
        keep_secret("an-early-secret-in-use", f"one-of-many-secrets-{number:09}")

    assert without_secrets("an-early-secret-in-use") == "***"
    assert without_secrets("an-early-secret-of-long-ago") != "***"


def test_many_secrets_take_little_time() -> None:
    """Each text of a failing test is looked through: a thousand of them cost little more than ten."""
    text = '{"level": "INFO", "event": {"headers": {"host": "example.com", "token": "none"}, "n": 12}} ' * 22
    keep_secret(*(f"{number}-{TOKEN[::-1]}" for number in range(10)))
    few = _median_time(text)

    keep_secret(*(f"{number}-{TOKEN[::-1]}" for number in range(1000)))

    assert _median_time(text) < 5 * few


def _median_time(text: str) -> float:
    redacted(text)  # Whatever is new goes into the index.
    times = []
    for _ in range(15):
        began = time.perf_counter()
        redacted(text)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def test_what_a_caller_sends_is_secret() -> None:
    """A test may bring a token or a key that the harness has not made."""
    headers_of(
        {"authorization": "Bearer opaque/of/the/caller", "X-Api-Key": "da2-of-the-caller-only", "Cookie": "no"},
        json=None,
        user=None,
    )

    shown = without_secrets("opaque/of/the/caller da2-of-the-caller-only no")

    assert shown == "*** *** no"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{'Authorization': ['Basic YTpi']}", "{'Authorization': ['***']}"),
        ('"multiValueHeaders": {"Cookie": ["a=1", "b=2"]}', '"multiValueHeaders": {"Cookie": ["***"]}'),
        ('"cookies": ["a=1", "b=2"], "n": 1', '"cookies": ["***"], "n": 1'),
        ('"cookies": ["a=1", "b=', '"cookies": ["***"'),
        ("HTTPHeaderDict({'Set-Cookie': 'sid=1; Path=/'})", "HTTPHeaderDict({'Set-Cookie': '***'})"),
        ("[('x-api-key', 'da2-x'), ('accept', '*/*')]", "[('x-api-key', '***'), ('accept', '*/*')]"),
        ("user=ann&password=hunter2&n=1", "user=ann&password=***&n=1"),
        ("Keys(secret_key='hunter2', n=1)", "Keys(secret_key='***', n=1)"),
        ("Authorization: Basic YTpiYzpk\nAccept: */*", "Authorization: ***\nAccept: */*"),
        ("set-cookie: sid=1; Path=/", "set-cookie: ***"),
        ("Signature%3D0123456789abcdef0123&n=1", "Signature%3D***&n=1"),
        (f"Signature:\n{'0f' * 32}\nsent", "Signature:\n***\nsent"),
        (rf'{{"message": "Signature:\n{"0f" * 32}"}}', r'{"message": "Signature:\n***"}'),
        ('"Type":"SecureString","Value":"hunter2","Version":1', '"Type":"SecureString","Value":"***","Version":1'),
        ("'Type': 'String', 'Value': 'eight'", "'Type': 'String', 'Value': 'eight'"),
        ("Signature: place_order", "Signature: place_order"),
        ("host:x\nx-amz-security-token:IQoJb3JpZ2luX2VjEJ//\n\nhost", "host:x\nx-amz-security-token:***\n\nhost"),
        ("<SessionToken>IQoJb3Jp</SessionToken>\n <n>1</n>", "<SessionToken>***</SessionToken>\n <n>1</n>"),
        ("{b'password': b'hunter2'}", "{b'password': b'***'}"),
        (r'{"password": "a\\", "n": "b"}', '{"password": "***", "n": "b"}'),
        ("{'password': 'a', 'token': 'b', 'n': 'c'}", "{'password': '***', 'token': '***', 'n': 'c'}"),
        ("{'password': \"my token='a'\", 'n': 'c'}", "{'password': \"***\", 'n': 'c'}"),
        ("token=None, password=''", "token=None, password='***'"),
        ('{"type": "TOKEN", "methodArn": "arn"}', '{"type": "TOKEN", "methodArn": "arn"}'),
    ],
)
def test_what_is_secret_by_its_name_is_left_out(text: str, shown: str) -> None:
    """As headers, cookies, forms, calls and bytes are written."""
    assert shown == redacted(text)


class Logging:
    """As much of pytest's logging plugin as is taken hold of."""

    def __init__(self) -> None:
        self.shown, self.written = io.StringIO(), io.StringIO()
        self.log_cli_handler = logging.StreamHandler(self.shown)
        self.log_file_handler = logging.StreamHandler(self.written)
        for handler in (self.log_cli_handler, self.log_file_handler):
            handler.setFormatter(logging.Formatter("%(message)s"))

    def say(self, text: str) -> None:
        for handler in (self.log_cli_handler, self.log_file_handler):
            handler.handle(logging.LogRecord("a", logging.INFO, "", 1, text, None, None))


def test_live_logs_are_without_secrets() -> None:
    """At the terminal and in the file."""
    plugin, hiding = Logging(), LiveLogs()
    hiding.pytest_plugin_registered(plugin, "logging-plugin")

    plugin.say(f"it is {PASSPHRASE}")

    assert (plugin.shown.getvalue(), plugin.written.getvalue()) == ("it is ***\n", "it is ***\n")


def test_live_logs_of_other_threads_wait_for_the_main_one() -> None:
    """Nothing is captured while a live line is shown, so none is while the main one may print; the file waits not."""
    plugin, hiding = Logging(), LiveLogs()
    hiding.pytest_plugin_registered(plugin, "logging-plugin")
    for text in ("one", "two"):
        other = threading.Thread(target=plugin.say, args=(text,))
        other.start()
        other.join()
    before = plugin.shown.getvalue(), plugin.written.getvalue()

    plugin.say("three")

    assert before == ("", "one\ntwo\n")
    assert plugin.shown.getvalue() == "one\ntwo\nthree\n"


def test_a_name_before_a_cut_value_is_enough() -> None:
    """What follows it to the end of the text is not shown."""
    assert shortened(redacted('{"password": "hunt')) == '{"password": "***"'
