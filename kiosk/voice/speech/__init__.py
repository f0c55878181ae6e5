"""The terminal's voice. The service has a :class:`~kiosk.voice.speech.mouth.Mouth`.

A sentence becomes words (:mod:`reading`), clauses (:mod:`renderer`), sound (:mod:`voices`) and is played
(:mod:`player`). Nothing is imported here, so that the command line stays quick.
"""
