"""Divisions, people, their roles, the staff tree, and whose data a person may see."""
