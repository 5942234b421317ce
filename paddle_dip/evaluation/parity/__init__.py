"""Whether two runs of the same experiment agree: the experiment, named arrays of a run, and the comparison of two such sets.

Only `trace` loads Paddle; torch_ref.trace is its twin in PyTorch.
"""
