"""Sections of the Alerts page."""
