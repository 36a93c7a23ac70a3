"""Measurements that take longer than a test, or need footage of your own."""
