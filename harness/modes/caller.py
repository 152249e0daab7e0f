"""Who signs a request with SigV4; the events know it too, so it is defined with them."""

from harness.events.caller import Caller

__all__ = ["Caller"]
