"""GraphQL APIs of AppSync: where they are, and how they are played around functions."""
