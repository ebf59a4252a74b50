"""Suppliers: from whom the firm buys what it sells."""
