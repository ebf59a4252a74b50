"""Keys, sign-in, offline unlock, opening the encrypted database."""
