"""What every screen is made with: session, commands, screens, tasks, words and look. Knows no screen and no widget."""
