"""Pictures of vector layers: our MapLibre styles drawn by Mapnik, in processes of their own."""
