"""WFS 2.0.0: the features of layers for the desktops and systems that know no OGC API."""
