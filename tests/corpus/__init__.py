"""State machines as people keep them, judged in bulk: `python -m tests.corpus FOLDER`."""
