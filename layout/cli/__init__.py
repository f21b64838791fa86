"""Layout's subcommands, one file each."""
