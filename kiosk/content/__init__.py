"""Looks over a hall's content before a terminal uses it: ``kiosk content check``."""
