"""The city's resource directory: each layer as a record, in the words of OGC API Records, DCAT and ISO 19115."""
