"""What earlier runs have left behind: found by ledger, by tag and by name, and taken away."""
