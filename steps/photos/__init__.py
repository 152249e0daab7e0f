"""What people say about photos."""
