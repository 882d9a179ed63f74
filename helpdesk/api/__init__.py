"""The REST API: thin over `helpdesk.services`. `schema.yml` is its contract."""
