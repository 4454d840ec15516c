"""Which coordinate system a file is in, and the way from its ordinates to the frame."""
