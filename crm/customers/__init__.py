"""Customers: the master record, its places of delivery, whose it is, and which records mean the same firm."""
