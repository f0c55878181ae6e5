"""The desk: the agents' page, sign-in, and the ledger."""
