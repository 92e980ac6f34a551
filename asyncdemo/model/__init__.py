"""Plain data that every room may know, and what it takes to read it."""
