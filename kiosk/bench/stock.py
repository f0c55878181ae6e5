"""The floor of the screen's bench: an empty window of stock Kivy in a process of its own.

Usage: python -m kiosk.bench.stock SECONDS; prints one JSON object and ends.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main(seconds: float) -> None:
    """Open, draw for so long at Kivy's own pace, and tell how it was."""
    os.environ |= {"KIVY_NO_ARGS": "1", "KIVY_NO_CONSOLELOG": "1", "KIVY_NO_FILELOG": "1", "KIVY_NO_CONFIG": "1"}
    from kivy.app import App
    from kivy.clock import Clock
    from kivy.core.window import Window
    from kivy.uix.label import Label

    first: list[float] = []
    used: list[float] = []

    class Stock(App):  # type: ignore[misc]  # Kivy has no types
        def build(self) -> Label:
            Window.bind(on_flip=lambda *_: first.append(time.monotonic()))
            Clock.schedule_once(lambda _dt: used.append(time.process_time()), 1)
            Clock.schedule_once(lambda _dt: self.stop(), 1 + seconds)
            return Label(text="stock")

    Stock().run()
    print(
        json.dumps(
            {
                "first_frame": first[0],
                "idle_cpu_percent": (time.process_time() - used[0]) / seconds * 100,
            }
        )
    )


if __name__ == "__main__":
    main(float(sys.argv[1]))
