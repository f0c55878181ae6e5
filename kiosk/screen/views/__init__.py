"""What needs Kivy: the window, what is drawn in it, and the fingers on it. Imported only by an opened window."""
