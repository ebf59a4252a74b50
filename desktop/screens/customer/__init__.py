"""One customer: the whole of it on a page, edited in place; entering a new one."""
