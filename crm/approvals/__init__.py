"""What the office decides about an order."""
