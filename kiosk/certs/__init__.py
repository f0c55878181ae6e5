"""The hall's own certificate authority, and what its broker makes of the certificates (docs/security.md)."""
