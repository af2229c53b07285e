"""The judgement passport: a fixed month as one signed file that recomputes offline."""
