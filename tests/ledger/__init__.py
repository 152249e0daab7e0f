"""Tests of the ledger: what a run creates is written down before it is created."""
