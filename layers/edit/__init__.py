"""Features written: one by one or in batches, each with its history, and a layer as it was before."""
