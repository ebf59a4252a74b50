"""Documents on paper: what stands on them, in a language of their own, laid out for PDF and printers."""
