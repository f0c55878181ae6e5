"""``kiosk doctor``: everything a technician would look at, one line each: what, how it is, what to do."""
