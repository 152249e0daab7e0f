"""PyPI's python-lambda-local: ``call()`` with a handler that does next to nothing.

Runs in the rival's own virtual environment. Reads how often to call, answers with the seconds of each call.
"""

import json
import os
import sys
from time import perf_counter

answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
# It logs each call to its standard output; the cost of that is part of a call, where it goes is not.
sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - open as long as the process

from lambda_local.context import Context  # noqa: E402 - its logging takes the standard output of this moment
from lambda_local.main import call  # noqa: E402


def handler(event, context):  # noqa: ANN001, ANN201, ARG001, D103
    return {"statusCode": 200, "body": json.dumps({"hello": "world"})}


def main() -> None:
    """Serve until the input ends."""
    event = json.loads(sys.argv[1])
    for line in sys.stdin:
        taken = []
        for _ in range(int(line)):
            started = perf_counter()
            answer, fault = call(handler, event, Context(5))
            taken.append(perf_counter() - started)
            assert fault is None, answer
        print(json.dumps(taken), file=answers, flush=True)


main()
