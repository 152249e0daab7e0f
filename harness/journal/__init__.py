"""What the system publishes: taps, the entries they bring, and what tests expect of them."""
