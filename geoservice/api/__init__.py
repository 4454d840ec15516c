"""HTTP: one module a resource, each thin, over functions that know nothing of requests."""
