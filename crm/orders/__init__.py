"""Sales orders: lines, seal, number, states."""
