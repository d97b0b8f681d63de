"""Relais answers a brand's customers on social channels and hands over to humans."""
