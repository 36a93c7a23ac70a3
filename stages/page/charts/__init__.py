"""Charts, one a file, drawn on axes that the theme makes."""
