"""The demo: a real city's public data and a synthetic district, fetched and made at set-up, never kept in the repository."""
