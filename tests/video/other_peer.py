"""Another back end in the place of the terminal's own peer, as docs/video.md has it: no media, one red picture.

With ``stubborn`` it does not end when its input does.
"""

import json
import os
import signal
import socket
import sys
import time

frames = socket.socket(fileno=int(os.environ["KIOSK_FRAMES_FD"]))


def tell(**message: object) -> None:
    print(json.dumps(message), flush=True)


if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
for line in sys.stdin:
    command = json.loads(line)
    match command["do"]:
        case "setup":
            tell(type="peer", faults={"camera": "missing"})
        case "connect":
            tell(type="answer", session=command["session"], sdp=f"v=0 answer to {command['sdp']}")
            frames.sendall(bytes([0, 0, 32, 0, 24, 0]) + b"\xff\0\0" * (32 * 24))
            tell(type="peer", session=command["session"], audio=True, video=True, faults={"camera": "missing"})
        case "want":
            print("wants", command, file=sys.stderr, flush=True)
while "stubborn" in sys.argv:
    time.sleep(1)
