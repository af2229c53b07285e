"""What the tabs of one aanbieder show, gathered for its page."""
