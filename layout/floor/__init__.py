"""Hold the hall as geometry: the plan, its free cells, walks on them and lines of sight."""
