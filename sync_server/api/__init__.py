"""What devices and approvers call, over HTTP: one file per group of operations, each declared once."""
