"""The REST API: thin over the rooms. `schema.yml` is its contract."""
