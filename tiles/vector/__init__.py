"""Vector tiles: where one lies, what stands in it, and the one statement that makes it."""
