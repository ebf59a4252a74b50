"""Users, roles, devices, tokens."""
