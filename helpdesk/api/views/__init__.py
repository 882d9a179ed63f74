"""The routes, one module per noun: validate, call the service, serialise."""
