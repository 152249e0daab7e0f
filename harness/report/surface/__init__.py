"""The surface of a system: what there is, what tests have reached of it and in which modes, and its picture."""

from harness.report.surface.lines import lines
from harness.report.surface.parts import surface_of
from harness.report.surface.picture import picture_of
from harness.report.surface.reaching import reached
from harness.report.surface.share import never_reached, share

__all__ = ["lines", "never_reached", "picture_of", "reached", "share", "surface_of"]
