"""Code that the functions of the shop share."""
