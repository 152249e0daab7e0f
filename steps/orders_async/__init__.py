"""What people say about orders that are invoiced later."""
