"""``kiosk upgrade``: another version, and by itself back to the old one if it does not do what that did.

While dpkg exchanges the program nothing of it may be needed, so this package uses Python's own library and nothing
else, and runs from a copy outside of /opt/kiosk (:mod:`kiosk.ops.upgrade.command`).
"""
