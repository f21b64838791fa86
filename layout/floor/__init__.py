"""The hall as geometry: free cells, walking paths, lines of sight."""
