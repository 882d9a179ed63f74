"""The triage page: what triage knows of itself, and the levers to steer it."""
