"""What the technician and the service manager need."""
