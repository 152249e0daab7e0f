"""The vocabulary of the suites: given, when, then, for each system."""
