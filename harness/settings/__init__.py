"""What the project and its user have set, and where each value came from."""

from __future__ import annotations

from harness.settings.choice import Choice
from harness.settings.model import EMBEDDED, MODES, Settings, SystemSettings
from harness.settings.places import PROTECTED, Limit
from harness.settings.reading import read_settings

__all__ = ["EMBEDDED", "MODES", "PROTECTED", "Choice", "Limit", "Settings", "SystemSettings", "read_settings"]
