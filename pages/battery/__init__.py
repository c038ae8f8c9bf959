"""Sections of the BESS page: one module each, with ``show(ctx)``."""
