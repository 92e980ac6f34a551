"""The views in a terminal or a pipe. The only package that builds Rich objects."""
