"""First run: enrolling this laptop, signing in again, and the first copy."""
