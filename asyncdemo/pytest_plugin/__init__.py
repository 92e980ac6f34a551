"""The plugin for pytest: what the event loops of each test did, in a section of pytest's own report."""
