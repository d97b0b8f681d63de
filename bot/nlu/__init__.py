"""What Rasa loads of ours: the only folder that imports rasa, and that nothing else imports."""
