"""What the made-up company and the tour rest on."""
