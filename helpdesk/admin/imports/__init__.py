"""Files on their way in: upload, preview, progress, and what can be done with an import."""
