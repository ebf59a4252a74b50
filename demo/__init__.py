"""A made-up company, generated from a seed, and the guided tour that ``make demo`` runs."""
