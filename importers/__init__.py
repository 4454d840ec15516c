"""Importers: whatever the city hands in is brought onto the frame, counted, and published in one stroke."""
