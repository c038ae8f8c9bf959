"""Sections of the PV page."""
