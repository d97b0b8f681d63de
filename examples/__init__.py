"""What the example brand brings along: a real brand has its own."""
