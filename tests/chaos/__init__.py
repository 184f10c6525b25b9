"""Chaos: every part of a stack is killed at random under load; then each answer given is looked up on the log."""
