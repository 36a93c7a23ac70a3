"""The report's page: results -> figures -> contents -> html; `theme.py` draws for light and dark.

Nothing in this room reads a result or knows where one lies, and nothing on the page points outside
of it: no script, no font, no address. The same results give the same bytes.
"""
