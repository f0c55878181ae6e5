"""The smart plane's ears and mouth: models, hearing, speech. Nothing of the human plane imports it."""
