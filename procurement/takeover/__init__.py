"""If an aanbieder fails: who can take over whom, what is left over, and the plan that follows."""
