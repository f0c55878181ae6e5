"""The models that the terminal hears and speaks with: what there is to fetch, from where, and where it lies.

Services only :func:`find`; fetching is done by ``kiosk models fetch``, never at run time.
"""

from kiosk.voice.models.manifest import Model, ModelError, models, named
from kiosk.voice.models.place import default_dir
from kiosk.voice.models.store import find, lacking

__all__ = ["Model", "ModelError", "default_dir", "find", "lacking", "models", "named"]
