"""Execution environments: Lambda functions in the test process."""
