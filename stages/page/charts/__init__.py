"""One chart a file: what it shows, and how it is drawn on axes that the theme made."""
