"""Thousands of simulated terminals on one broker."""
