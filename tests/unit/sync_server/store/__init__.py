"""What is tried of the office's store, on both databases."""
