"""The PyTorch mirror of paddle_dip.trained's networks, losses and steps."""
