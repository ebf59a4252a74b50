"""What is tried of push, pull, actions, check and wake-up, on both databases."""
