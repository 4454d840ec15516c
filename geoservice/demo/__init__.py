"""The demo: a real city's public data and a synthetic district, fetched or made at set-up, never committed."""
