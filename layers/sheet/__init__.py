"""Map sheets: the national series, older numbers, city squares, and what is held of each."""
