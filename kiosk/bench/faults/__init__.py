"""Each fault of a hall played: who notices it, when, and in which words."""
