"""Calls by video, from an agent's click to sound and picture."""
