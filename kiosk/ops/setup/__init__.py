"""``kiosk setup terminal`` and ``kiosk setup desk``: asks, checks each answer, writes the settings, starts.

What is asked and what becomes of it is pure (:mod:`questions`, :mod:`answers`, :mod:`document`); the checks are
those of ``kiosk doctor``.
"""
