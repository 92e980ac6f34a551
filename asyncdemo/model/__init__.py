"""Plain data that every room may know: recordings and their JSON, spans, traces, and what it takes to read them."""
