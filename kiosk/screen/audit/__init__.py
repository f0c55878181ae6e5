"""``kiosk audit screen``: draws every scene in a real window and measures what is really on the display.

It takes nothing from the theme: sizes come from the widget tree, colours and what can be seen from the pixels.
"""
