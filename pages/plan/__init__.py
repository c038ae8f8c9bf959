"""Sections of the Dispatch page."""
