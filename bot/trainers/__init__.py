"""What trainers use: how well the assistant does on messages that a human has judged."""
