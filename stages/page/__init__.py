"""The report's page: results in; verdict, charts, pictures and HTML out.

Nothing in this room reads a result or knows where one lies, and nothing on the page points outside
of it: no script, no font, no address. The same results give the same bytes.
"""
