"""Our own OpenAPI 3.0 document."""
