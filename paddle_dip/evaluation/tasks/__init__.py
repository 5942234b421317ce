"""The benchmark of every task but super-resolution, and what needs no network on the same damaged pictures."""
