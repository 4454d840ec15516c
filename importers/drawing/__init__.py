"""Survey and CAD drawings: DXF read, DWG converted, CASS codes understood, entities made into features."""
