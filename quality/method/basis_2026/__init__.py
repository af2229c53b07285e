"""Method 1, which keeps judging the months that were fixed with it."""
