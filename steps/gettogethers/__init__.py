"""What people say about get-togethers."""
