"""Height grids: their unit and height system settled, voids and blunders told; grids that come as text."""
