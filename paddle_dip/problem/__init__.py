"""What to restore: images, degradations, presets, randomness and metrics. Imports no deep-learning framework."""
