"""What is tried of the changeset: capture, guard, clock, digest, codec, merge."""
