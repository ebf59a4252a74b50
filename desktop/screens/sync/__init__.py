"""The sync centre: what waits, what needs the person, what is done, and the log of every round."""
