"""The event that each trigger sends, as pure functions."""
