"""From what a visit knows to what is shown: pure functions, one module for each part of a visit."""
