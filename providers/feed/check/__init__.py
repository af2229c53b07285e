"""From a table of text to checked rows: the rules of the feed."""
