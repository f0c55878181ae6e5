"""The human plane: the serial button, the call, the journal and the only MQTT connection of a kiosk.

Nothing here imports, waits for or talks through the screen, the voice or the dialogue.
"""
