"""Score cards: their inputs, computing, fixing, explaining and comparing them."""
