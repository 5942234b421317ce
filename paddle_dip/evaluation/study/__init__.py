"""Which settings restore best at a given amount of arithmetic, learnt on images outside the benchmark."""
