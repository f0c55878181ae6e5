"""The terminal that always finds a human: button, call, agent; later ears, answers, screen and video."""

__version__ = "0.1.0"
