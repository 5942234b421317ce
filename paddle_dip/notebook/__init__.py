"""What the notebooks need beyond the package: missing requirements, a view of a running fit, pictures for a cell, photos to try."""
