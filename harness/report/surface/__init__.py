"""The surface of a system: what there is, what tests have reached of it and in which modes, and its picture."""

from harness.report.surface.parts import surface_of

__all__ = ["surface_of"]
