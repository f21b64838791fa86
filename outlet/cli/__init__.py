"""The `outlet` command: one file a subcommand; the halves add theirs through entry points."""
