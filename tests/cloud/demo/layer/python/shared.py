"""Shared by functions."""
