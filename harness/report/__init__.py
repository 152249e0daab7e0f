"""What a run says: evidence under a failure, the tally."""
