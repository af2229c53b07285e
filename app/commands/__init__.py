"""One module for each group of commands; ``app.cli`` imports only the one that is asked for."""
