"""Planning and buying: from exploration to award."""
