"""The faults of one area each, and how each of them is broken and mended."""
