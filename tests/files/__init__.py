"""Tests of the files that the harness writes, and of disks that take none."""
