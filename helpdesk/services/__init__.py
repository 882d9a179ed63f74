"""The verbs of the desk: the only writers of tickets."""
