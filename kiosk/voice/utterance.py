"""What is being said, while it is being said."""

from __future__ import annotations

from kiosk.voice.sound import Samples


class Utterance:
    """What is being said: the sound that the recogniser has not got yet. Times are frames."""

    def __init__(self, at: int, before: list[Samples], frame: Samples) -> None:
        self.begun = at - 1
        self.ended = at
        self.first = self.begun - len(before)
        self.opening: list[Samples] | None = [frame]  # the first voice, until it has set the gain
        self.pending = [*before, frame]
        #: Silence beyond what the recogniser needs to hear the last sounds. It gets it only if the sentence goes
        #: on: in noise it would make words of it.
        self.held: list[Samples] = []
        self.caption = ""
        self.voiced = self.sure = 0  # frames of voice; of a voice that is no echo for certain
        self.after = 0  # frames of voice when the terminal was silent, or there was no echo
        self.over = False  # begun or gone on while the terminal spoke
        self.interrupted = False

    def voice_all(self, frames: list[Samples], at: int) -> None:
        for frame in frames:
            self.voice(frame, at)

    def voice(self, frame: Samples, at: int) -> None:
        self.ended = at
        if self.opening is not None:
            self.opening.append(frame)
        self.pending += [*self.held, frame]
        self.held.clear()
