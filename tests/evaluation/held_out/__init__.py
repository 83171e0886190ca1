"""Cases written after the rules and before they were run on them, by somebody else than who made the rules."""
