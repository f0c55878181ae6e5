"""What a video call needs of the machine, looked at without opening anything; and what is wrong with a camera."""

from __future__ import annotations

from pathlib import Path

from kiosk.messages import Part

#: Names of cameras in kiosk.toml that are no devices.
SYNTHETIC, NONE, FILE = "synthetic", "none", "file:"

#: What the technician reads, by fault.
REMEDIES = {
    "missing": "no camera with this name: plug it in, or correct video.camera",
    "unplugged": "the camera is gone: plug it in again",
    "busy": "the camera cannot be opened: another program has it (fuser -v /dev/video*), or it is none, "
    "or the user kiosk lacks the group video",
}


def camera_part(name: str, fault: str | None) -> Part | None:
    """How the camera of this ``video.camera`` is; ``fault``: what a call has found, None while there is no call.

    None for a terminal that need not have one: nothing is named, and the first that is there is taken.
    """
    if not name or name in (SYNTHETIC, NONE):
        return None
    if fault is None:
        fault = "" if Path(name.removeprefix(FILE)).exists() else "missing"
    return Part(False, fault, REMEDIES.get(fault, "")) if fault else Part(ok=True)


def has_camera() -> bool:
    """Whether there is a camera of any kind."""
    return any(Path("/dev").glob("video*"))


def has_microphone() -> bool:
    """Whether the system has a microphone by default."""
    from kiosk.voice.microphones import look  # it loads numpy, which a screen does without

    return not look("")


def lacking() -> list[str]:
    """What is not there, each with what stands in for it in a demo."""
    lacks = []
    if not has_camera():
        lacks.append("a camera: video calls show a picture with a clock instead of you")
    if not has_microphone():
        lacks.append("a microphone: in video calls a tone is heard instead of you")
    return lacks
