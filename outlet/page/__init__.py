"""One self-contained HTML page: no network, escaped, translated."""
