"""The PyTorch mirror of paddle_dip.solver: same file names, signatures and attribute names, so that the two can be compared.

It imports paddle_dip.problem (NumPy) and nothing else of the package. Plain eager code, channels first: torch's own defaults.
"""
