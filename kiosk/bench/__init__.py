"""Measurements on real parts, each beside a floor taken in the same run."""
