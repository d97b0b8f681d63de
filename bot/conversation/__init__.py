"""Decides what is done with what a customer wrote, one turn at a time."""
