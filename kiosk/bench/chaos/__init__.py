"""Presses while everything breaks, and what became of each."""
