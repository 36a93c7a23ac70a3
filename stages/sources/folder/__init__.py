"""Videos of the user's own, in a folder."""
