"""Payment terms: when an invoice is due, and what paying early is worth."""
