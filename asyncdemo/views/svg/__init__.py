"""Pictures: text is text, foreign text is escaped, and they can be read on light and on dark ground."""
