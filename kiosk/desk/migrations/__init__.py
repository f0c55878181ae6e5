"""How the desk's tables came to be, step by step, for databases that are older than the program (Alembic)."""
