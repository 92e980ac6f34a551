"""A tour on a screen or as plain text: rows made from where a person is, what runs, and how much room there is."""
