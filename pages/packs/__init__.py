"""Tabs of the PackPulse page: one module each, with ``show(ctx)``."""
