"""What a person or a program sees: each view is made from values, and nothing is observed here."""
