"""The index page of the admin."""
