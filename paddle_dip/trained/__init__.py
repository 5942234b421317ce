"""Networks that learn from a data set, in Paddle: the deblurrer, the autoencoders, object removal. This file loads none."""
