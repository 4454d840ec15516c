"""Vector files: read by GDAL in a process of their own, brought onto the frame, written as rows."""
