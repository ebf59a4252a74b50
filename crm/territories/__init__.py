"""Sales territories, and who works in them."""
