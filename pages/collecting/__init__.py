"""Sections of the Live page, and of sums over sites."""
