"""The surface of a system: what there is, what tests have reached of it and in which modes, and its picture."""

from harness.report.surface.parts import surface_of
from harness.report.surface.reaching import reached

__all__ = ["reached", "surface_of"]
