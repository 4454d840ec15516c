"""Filters: CQL2 read, checked against what may be asked, and compiled to SQL with bound values."""
