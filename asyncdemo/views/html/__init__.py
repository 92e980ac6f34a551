"""Recordings and comparisons as one HTML page that needs nothing else: `page/` has its parts."""
