"""The manager's report: from the ledger's events to figures, and to pages, files and mail."""
