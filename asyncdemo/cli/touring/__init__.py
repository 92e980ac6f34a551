"""What `asyncdemo tour` does: which stops are meant, the runs, the screen or plain text, the progress that is kept."""
