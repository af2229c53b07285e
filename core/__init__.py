"""The kernel: what every package stands on; imports none of them."""
