"""Products, their units and prices, discount rules and taxes."""
