"""From a timeline to rows of cells: what each task did in each stretch of time, alike tasks folded. Pure."""
