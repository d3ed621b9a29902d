"""What each command does: one module a subject. Every command takes the parsed arguments and a console."""
