"""What people say about the catalogue."""
