"""What the city has, for programs and people: catalogue, records, STAC."""
