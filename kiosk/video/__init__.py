"""Face to face with an agent: a peer process for each call that may need one, and the screen's end of it."""
