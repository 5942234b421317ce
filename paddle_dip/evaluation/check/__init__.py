"""What a user's machine makes of a fit: is it right there, how fast, how large may a photo be. One report to read and to send."""
