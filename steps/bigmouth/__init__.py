"""What people say about Big Mouth."""
