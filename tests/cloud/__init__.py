"""Tests of clouds: packages, stacks, names, completion."""
