"""How layers are drawn: from hints to MapLibre styles and legends."""
