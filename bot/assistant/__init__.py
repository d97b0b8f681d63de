"""The assistant behind one port: Rasa over HTTP, and its scripted twin for tests."""
