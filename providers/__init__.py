"""The taalaanbieders: who they are, and what they deliver."""
