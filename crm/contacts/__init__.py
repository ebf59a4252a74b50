"""The people at a customer, and who reports to whom."""
