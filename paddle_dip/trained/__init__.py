"""Networks that learn from a data set: the deblurrer, the autoencoders, object removal. This file loads no framework.

Their data, configurations and presets are in problem/, with NumPy alone; commands are in paddle_dip.cli.
"""
