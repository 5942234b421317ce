"""The same damaged photos through every method: the simple ones, the Deep Image Prior, a trained network."""
