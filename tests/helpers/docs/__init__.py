"""Pages taken apart, and the shell blocks on them."""
