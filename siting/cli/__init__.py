"""Siting's subcommands, one file each."""
