"""Modes: one protocol, three implementations, and the service in between where it is played."""
