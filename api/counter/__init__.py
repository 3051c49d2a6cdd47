"""The operations behind a counter: a shop's people at their shops, guides at the redemption points given to them."""
