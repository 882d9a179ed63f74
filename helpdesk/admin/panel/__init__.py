"""The two pages that staff live in: the list of tickets and the ticket."""
